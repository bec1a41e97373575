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

// Names are compared without regard to case; the order is that of the wire.
class Headers {
 public:
  // Returns the first value of the name; empty if there is none. It is valid until a header is
  // added.
  const std::string& get(std::string_view name) const;
  bool has(std::string_view name) const { return count(name) > 0; }
  size_t count(std::string_view name) const;
  void add(std::string name, std::string value);
  // Replaces all values of the name.
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
  std::string body;     // without transfer coding; content codings are left as they are
  std::string peer;     // where the connection comes from
  int socket = -1;      // the one it came over, to see whether the peer has gone; -1: none (tests)
  bool secure = false;  // it came over TLS
  bool has_certificate = false;  // of the client, by an authority that we accept
  std::string certificate_name;  // its subject's common name; may be empty
  MemoryLease memory;            // holds the budget of the body, and of whatever is made of it

  const std::string& header(std::string_view name) const { return headers.get(name); }
  // Returns what follows the question mark, as it came.
  std::string_view query() const;
};

struct Response {
  // Makes the next piece to send, empty at the end. Returning false ends the connection, so that
  // what was sent does not look complete.
  using Producer = std::function<bool(std::string& piece)>;

  int status = 200;
  Headers headers;
  std::string body;
  std::string_view static_body;  // instead of body: bytes that live as long as the process
  Producer produce;              // instead of body: sent in chunks while it is made
  std::shared_ptr<const void> until_sent;  // lives until the answer has been sent
  bool close = false;                      // the connection ends after this answer

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

// Returns the media type of a Content-Type in lower case, without parameters.
std::string media_type_of(std::string_view header);

}  // namespace logsvc::http
