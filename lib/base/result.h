// Returns failures as values. Result<T> holds a T or an Error; Status is a Result without a value.
// Exceptions from libraries are caught where the library is called and become an Error.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace logsvc {

// Says what kind of thing went wrong; only the HTTP layer maps it to a status number.
enum class ErrorCode {
  kInvalid,        // the caller's input is wrong; trying again does not help
  kNotFound,       // the named thing does not exist
  kTooLarge,       // over a size limit
  kLimit,          // over a rate or count limit; trying again later may help
  kCorrupt,        // bytes on disk or wire do not verify
  kIo,             // the operating system refused
  kNoSpace,        // the disk is full
  kUnavailable,    // not now (starting, stopping, peer down)
  kTimeout,        // took longer than allowed
  kCancelled,      // the caller went away
  kPermission,     // not allowed
  kUnsupported,    // understood, but not offered here
  kUnprocessable,  // well formed, but nothing in it can be used
};

// Holds a code and a sentence. The sentence says what failed, where (path:offset, query 1:6, config
// key) and what to try.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;
};

inline Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  // May be called only when ok().
  T& value() & { return *checked(); }
  const T& value() const& { return *std::get_if<T>(&state_); }
  T&& value() && { return std::move(*checked()); }
  T& operator*() & { return *checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return checked(); }
  const T* operator->() const { return &value(); }

  // May be called only when !ok().
  const Error& error() const {
    assert(!ok());
    return *std::get_if<Error>(&state_);
  }

 private:
  T* checked() {
    assert(ok());
    return std::get_if<T>(&state_);
  }
  std::variant<T, Error> state_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    assert(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace logsvc

#define LOGSVC_CONCAT_(a, b) a##b
#define LOGSVC_CONCAT(a, b) LOGSVC_CONCAT_(a, b)

// Leaves the calling function with the error of a Status or Result expression.
#define RETURN_IF_ERROR(expression)                                      \
  do {                                                                   \
    auto status_of_expression = (expression);                            \
    if (!status_of_expression.ok()) return status_of_expression.error(); \
  } while (false)

// ASSIGN_OR_RETURN(auto x, make_x()) declares or assigns x, or leaves with the error.
#define ASSIGN_OR_RETURN(target, expression) \
  ASSIGN_OR_RETURN_(LOGSVC_CONCAT(result_of_line_, __LINE__), target, expression)
#define ASSIGN_OR_RETURN_(result, target, expression) \
  auto result = (expression);                         \
  if (!result.ok()) return result.error();            \
  target = std::move(*result)
