#include "http/head_parser.h"

#include <algorithm>
#include <charconv>

#include "base/any_case.h"
#include "base/host_port.h"

namespace logsvc::http {
namespace {

constexpr std::string_view kMethods[] = {"GET",    "HEAD",  "POST",   "PUT",
                                         "DELETE", "PATCH", "OPTIONS"};

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

// Whether names of methods, headers and codings may contain the character.
bool is_token_char(char c) {
  return is_alnum(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::string> decode_path(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    if (i + 2 >= path.size()) return std::nullopt;
    const int high = hex_value(path[i + 1]), low = hex_value(path[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool is_host(std::string_view host) {
  const auto parts = parse_host_port(host);
  if (!parts || parts->host.empty()) return false;
  if (host.starts_with('[')) return parts->host.find('%') == std::string::npos;
  return std::all_of(parts->host.begin(), parts->host.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

HeadParser::State HeadParser::refuse(int status, std::string why) {
  refusal_ = Refusal{status, std::move(why)};
  return State::kRefused;
}

HeadParser::State HeadParser::advance(std::string_view bytes) {
  while (true) {
    const size_t end = bytes.find('\n', std::max(at_, looked_));
    const bool whole = end != std::string_view::npos;
    const std::string_view line = bytes.substr(at_, whole ? end - at_ : std::string_view::npos);
    if (!line_may_grow(line)) return State::kRefused;
    looked_ = bytes.size();
    if (!whole) return State::kMore;
    if (line.empty() || line.back() != '\r') {
      return refuse(400, "a line of the head does not end with CR LF");
    }
    at_ = looked_ = end + 1;
    const std::string_view text = line.substr(0, line.size() - 1);
    if (text.empty() && !has_line_ && !skipped_blank_) {
      skipped_blank_ = true;  // some clients end a body with one
      continue;
    }
    if (text.empty() && has_line_) return finish() ? State::kDone : State::kRefused;
    if (!take_line(text)) return State::kRefused;
  }
}

// part is a line, or what has come of one.
bool HeadParser::line_may_grow(std::string_view part) {
  if (!has_line_) {
    const size_t space = std::min(part.find(' '), part.size());
    if (space > limits_.max_method_bytes + 1) {
      refuse(400, "the request line does not begin with a method");
      return false;
    }
    const std::string_view target = part.substr(space);
    const size_t path = std::min(target.find('?'), target.size());
    constexpr size_t kAround = 32;  // blanks, the version and the line end
    if (path > limits_.max_path_bytes + kAround ||
        target.size() > path + limits_.max_query_bytes + kAround) {
      refuse(414, "the request target is too long");
      return false;
    }
  } else if (part.size() > limits_.max_header_bytes + 2 ||
             headers_bytes_ + part.size() > limits_.max_headers_bytes) {
    refuse(431, "the header fields are too long");
    return false;
  }
  return true;
}

bool HeadParser::take_line(std::string_view line) {
  const auto bad = [](char c) { return is_control(c) && c != '\t'; };
  if (std::any_of(line.begin(), line.end(), bad)) {
    refuse(400, "the head has a control character");
    return false;
  }
  if (!has_line_) {
    has_line_ = true;
    return read_request_line(line);
  }
  headers_bytes_ += line.size() + 2;
  if (request_.headers.size() >= limits_.max_headers) {
    refuse(431, "too many header fields");
    return false;
  }
  return read_header(line);
}

bool HeadParser::read_request_line(std::string_view line) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) {
    refuse(400, "the request line is not METHOD TARGET VERSION");
    return false;
  }
  request_.method = line.substr(0, first);
  if (!is_token(request_.method) || request_.method.size() > limits_.max_method_bytes) {
    refuse(400, "the method is not valid");
    return false;
  }
  if (!read_target(line.substr(first + 1, last - first - 1))) return false;
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool other = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
    refuse(other ? 505 : 400, "the version is not HTTP/1.1 or HTTP/1.0");
    return false;
  }
  request_.minor_version = version.back() - '0';
  if (std::find(std::begin(kMethods), std::end(kMethods), request_.method) == std::end(kMethods)) {
    refuse(501, "the method is not known here");
    return false;
  }
  return true;
}

bool HeadParser::read_target(std::string_view target) {
  // Proxies get this form.
  constexpr std::string_view kScheme = "http://";
  if (target.size() > kScheme.size() &&
      equals_any_case(target.substr(0, kScheme.size()), kScheme)) {
    const size_t path = std::min(target.find('/', kScheme.size()), target.size());
    authority_ = target.substr(kScheme.size(), path - kScheme.size());
    target.remove_prefix(path);
  }
  const auto bad = [](char c) { return c == ' ' || c == '#' || is_control(c); };
  const bool asterisk = target == "*" && request_.method == "OPTIONS";
  if ((!target.starts_with('/') && !asterisk) || std::any_of(target.begin(), target.end(), bad)) {
    refuse(400, "the request target is not valid");
    return false;
  }
  const size_t question = std::min(target.find('?'), target.size());
  if (question > limits_.max_path_bytes || target.size() - question > limits_.max_query_bytes + 1) {
    refuse(414, "the request target is too long");
    return false;
  }
  auto path = decode_path(target.substr(0, question));
  if (!path) {
    refuse(400, "the path has an invalid escape");
    return false;
  }
  request_.path = std::move(*path);
  request_.target = target;
  return true;
}

bool HeadParser::read_header(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    refuse(400, "a header field goes on in a second line");
    return false;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    refuse(400, "a header field is not NAME: VALUE");
    return false;
  }
  request_.headers.add(std::string(line.substr(0, colon)),
                       std::string(trimmed(line.substr(colon + 1))));
  return true;
}

bool HeadParser::finish() {
  if (!read_host() || !read_length()) return false;
  read_connection();
  const Headers& headers = request_.headers;
  if (headers.has("Expect")) {
    framing_.expects_continue =
        request_.minor_version == 1 && equals_any_case(headers.get("Expect"), "100-continue");
    if (!framing_.expects_continue) {
      refuse(417, "the expectation is not known here");
      return false;
    }
  }
  return true;
}

bool HeadParser::read_host() {
  const size_t count = request_.headers.count("Host");
  const std::string& host = request_.headers.get("Host");
  if (count > 1 || (count == 0 && request_.minor_version == 1)) {
    refuse(400, count == 0 ? "Host is missing" : "there is more than one Host");
    return false;
  }
  if ((count == 1 && !is_host(host)) || (!authority_.empty() && authority_ != host)) {
    refuse(400, "Host is not valid");
    return false;
  }
  return true;
}

bool HeadParser::read_length() {
  const Headers& headers = request_.headers;
  const size_t lengths = headers.count("Content-Length");
  const size_t codings = headers.count("Transfer-Encoding");
  if (codings > 0) {
    if (lengths > 0 || request_.minor_version == 0) {
      refuse(400, lengths > 0 ? "both Content-Length and Transfer-Encoding are there"
                              : "Transfer-Encoding needs HTTP/1.1");
      return false;
    }
    if (codings > 1 || !equals_any_case(headers.get("Transfer-Encoding"), "chunked")) {
      refuse(400, "the transfer coding is not chunked");
      return false;
    }
    framing_.chunked = true;
    return true;
  }
  if (lengths == 0) return true;
  const std::string& text = headers.get("Content-Length");
  constexpr size_t kMostDigits = 18;
  if (lengths > 1 || !all_digits(text) || text.size() > kMostDigits) {
    refuse(400, "Content-Length is not one number");
    return false;
  }
  std::from_chars(text.data(), text.data() + text.size(), framing_.content_length);
  return true;
}

void HeadParser::read_connection() {
  bool close = false, keep = false, upgrade = false;
  for (const auto& [name, value] : request_.headers) {
    if (!equals_any_case(name, "connection")) continue;
    close |= lists_word(value, "close");
    keep |= lists_word(value, "keep-alive");
    upgrade |= lists_word(value, "upgrade");
  }
  framing_.keep_alive = !close && (request_.minor_version == 1 || keep);
  framing_.wants_websocket = upgrade && request_.method == "GET" && request_.minor_version == 1 &&
                             lists_word(request_.header("Upgrade"), "websocket");
}

}  // namespace logsvc::http
