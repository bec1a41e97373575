// A request and its answer as they travel through our rooms: values, free of any library's types.
// Not safe from several threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/memory_budget.h"

namespace logsvc::http {

// Names compare in any case; the order is that of the wire.
class Headers {
 public:
  // The first value of the name; empty if there is none. Valid until a header is added.
  const std::string& get(std::string_view name) const;
  bool has(std::string_view name) const { return count(name) > 0; }
  size_t count(std::string_view name) const;
  void add(std::string name, std::string value);
  // In the place of all values of the name.
  void set(std::string name, std::string value);

  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  size_t size() const { return all_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

struct Request {
  std::string method;
  std::string target;     // path and query as they came, within the limits of the head
  std::string path;       // decoded
  int minor_version = 1;  // of HTTP/1.x
  Headers headers;
  std::string body;    // without transfer coding; content codings are left as they are
  std::string peer;    // the address that the connection comes from
  int socket = -1;     // that it came over; -1: none (tests)
  MemoryLease memory;  // what the body, and whatever is made of it, holds of the budget

  const std::string& header(std::string_view name) const { return headers.get(name); }
  // What is behind the question mark, as it came.
  std::string_view query() const;
};

struct Response {
  // Gives the next piece to send, empty at the end; false ends the connection, so that what was
  // sent does not look whole.
  using Producer = std::function<bool(std::string& piece)>;

  int status = 200;
  Headers headers;
  std::string body;
  std::string_view static_body;  // instead of body: bytes that live as long as the process
  Producer produce;              // instead of body: sent in chunks while it is made
  std::shared_ptr<const void> until_sent;  // lives until the answer has been sent
  bool close = false;                      // the connection ends behind this answer

  const std::string& header(std::string_view name) const { return headers.get(name); }
  void set_header(std::string name, std::string value) {
    headers.set(std::move(name), std::move(value));
  }
  void set_body(std::string text, std::string content_type) {
    body = std::move(text);
    set_header("Content-Type", std::move(content_type));
  }
};

// Whether a list like "keep-alive, Upgrade" has the word, which is in lower case.
bool lists_word(std::string_view list, std::string_view word);

// The media type of a Content-Type in lower case, without parameters.
std::string media_type_of(std::string_view header);

}  // namespace logsvc::http
