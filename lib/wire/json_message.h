// Reads messages in protobuf's JSON form, strictly: a member of the wrong type is an error that
// says where it is and what was found there; it is never treated as absent. Private to this folder.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::wire {

// kInvalid, naming the push body, if the text is not JSON. Invalid UTF-8 and halves of characters,
// which JavaScript writes for texts that were cut within one, become U+FFFD: a client whose push
// were refused for them would send it again for ever. The parser owns what is returned.
Result<simdjson::dom::element> parse_json(std::string& body, simdjson::dom::parser& parser,
                                          const char* what);

// A place in the body, put into words only for errors: resourceLogs[0].scopeLogs[1].
struct BodyPath {
  const BodyPath* in = nullptr;  // null: the body itself
  std::string_view name;         // a member's; empty: an element
  size_t index = 0;

  std::string text() const;
};

// kInvalid: "PLACE: expected …, found …".
Error wrong(const BodyPath& at, const std::string& expected, const simdjson::dom::element& found);

// Whether a member has the name, written like this (timeUnixNano) or as in the proto
// (time_unix_nano).
bool is_named(std::string_view found, std::string_view name);

// Knows what a message is for. A message that has members, but not that one, is misspelt, not
// empty.
class Expected {
 public:
  explicit Expected(const char* what) : what_(what) {}  // borrowed
  void found() { found_ = true; }
  void other(std::string_view name) { other_ = name; }
  Status check(const BodyPath& at) const;

 private:
  const char* const what_;
  bool found_ = false;
  std::string_view other_;
};

// Calls use(name, value, place) for each member in turn, also for names that come twice; null
// counts as absent.
template <typename Use>
Status for_members(const simdjson::dom::element& value, const BodyPath& at, const Use& use) {
  if (value.is_null()) return {};
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return wrong(at, "an object", value);
  for (const auto& [name, member] : object) {
    if (!member.is_null()) RETURN_IF_ERROR(use(name, member, BodyPath{&at, name}));
  }
  return {};
}

template <typename Use>
Status for_elements(const simdjson::dom::element& value, const BodyPath& at, const Use& use) {
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return wrong(at, "a list", value);
  size_t i = 0;
  for (const simdjson::dom::element element : array)
    RETURN_IF_ERROR(use(element, BodyPath{&at, "", i++}));
  return {};
}

// Accepts only a string.
Status read_text(const simdjson::dom::element& value, const BodyPath& at, std::string& out);
// Integers come as numbers or as strings; one out of range is an error.
Status read_number(const simdjson::dom::element& value, const BodyPath& at, int64_t& out);
Status read_number(const simdjson::dom::element& value, const BodyPath& at, uint64_t& out);
Status read_number(const simdjson::dom::element& value, const BodyPath& at, uint32_t& out);
// Reads a number, or a string of one, or "NaN", "Infinity", "-Infinity".
Status read_double(const simdjson::dom::element& value, const BodyPath& at, double& out);
// Reads bytes as hexadecimal digits, as OTLP writes identifiers, or in base64, as protobuf's JSON
// writes other bytes; then there have to be id_bytes of them. out gets the digits in lower case.
Status read_id(const simdjson::dom::element& value, const BodyPath& at, size_t id_bytes,
               std::string& out);

}  // namespace logsvc::wire
