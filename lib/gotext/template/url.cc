#include "gotext/template/url.h"

#include <algorithm>

#include "base/any_case.h"
#include "model/label_set.h"

namespace logsvc::tmpl {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 32);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// These stand in a part as they are, besides letters and digits.
constexpr std::string_view kInPath = "-_.~$&+,/:;=@";
constexpr std::string_view kInUser = "-_.~$&+,;=";
constexpr std::string_view kInHost = "-_.~!$&'()*+,;=:[]<>\"";
constexpr std::string_view kInFragment = "-_.~$&+,/:;=?@!()*";

std::string escaped(std::string_view s, std::string_view plain) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : s) {
    if (is_letter_or_digit(c) || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<std::string> unescaped(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '%') {
      out += s[i];
      continue;
    }
    if (i + 2 >= s.size() || hex_value(s[i + 1]) < 0 || hex_value(s[i + 2]) < 0) {
      return invalid("invalid URL escape " + quote(s.substr(i, 3)));
    }
    out += static_cast<char>(hex_value(s[i + 1]) * 16 + hex_value(s[i + 2]));
    i += 2;
  }
  return out;
}

// Takes letters, digits and + - . before a colon off the text; returns nothing if there is no
// colon.
Result<std::string> take_scheme(std::string_view& s) {
  for (size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (c == ':' && i == 0) return invalid("missing protocol scheme");
    if (c == ':') {
      std::string out = ascii_lowered(std::string(s.substr(0, i)));
      s.remove_prefix(i + 1);
      return out;
    }
    const bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!is_letter_or_digit(c) && !later) break;
    if (i == 0 && later) break;
  }
  return std::string();
}

Status check_port(std::string_view host) {
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  if (host.starts_with('[') && bracket == std::string_view::npos) {
    return invalid("missing ']' in host");
  }
  std::string_view port;
  if (host.starts_with('[')) {
    port = host.substr(bracket + 1);
  } else if (colon != std::string_view::npos) {
    port = host.substr(colon);
  }
  const bool digits = port.size() > 1 ? std::all_of(port.begin() + 1, port.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; })
                                      : true;
  if (port.empty() || (port[0] == ':' && digits)) return {};
  return invalid("invalid port " + quote(port) + " after host");
}

// Reads [user[:password]@]host[:port].
Status read_authority(std::string_view s, Url& out) {
  const size_t at = s.rfind('@');
  const std::string_view host = at == std::string_view::npos ? s : s.substr(at + 1);
  if (host.find(' ') != std::string_view::npos) {
    return invalid("invalid character \" \" in host name");
  }
  RETURN_IF_ERROR(check_port(host));
  ASSIGN_OR_RETURN(out.host, unescaped(host));
  if (at == std::string_view::npos) return {};
  const std::string_view who = s.substr(0, at);
  const bool valid = std::all_of(who.begin(), who.end(), [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view("-._:~!$&'()*+,;=%@").find(c) != std::string_view::npos;
  });
  if (!valid) return invalid("net/url: invalid userinfo");
  const size_t colon = who.find(':');
  ASSIGN_OR_RETURN(out.user, unescaped(who.substr(0, colon)));
  if (colon != std::string_view::npos) {
    ASSIGN_OR_RETURN(out.password, unescaped(who.substr(colon + 1)));
  }
  return {};
}

// Reads everything but the fragment.
Status read_parts(std::string_view s, Url& out) {
  if (std::any_of(s.begin(), s.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; })) {
    return invalid("net/url: invalid control character in URL");
  }
  ASSIGN_OR_RETURN(out.scheme, take_scheme(s));
  if (const size_t mark = s.find('?'); mark != std::string_view::npos) {
    out.query = s.substr(mark + 1);
    s = s.substr(0, mark);
  }
  if (!s.starts_with('/')) {
    if (!out.scheme.empty()) {
      out.opaque = s;
      return {};
    }
    if (s.substr(0, s.find('/')).find(':') != std::string_view::npos) {
      return invalid("first path segment in URL cannot contain colon");
    }
  }
  if ((!out.scheme.empty() || !s.starts_with("///")) && s.starts_with("//")) {
    const std::string_view authority = s.substr(2, std::min(s.find('/', 2), s.size()) - 2);
    RETURN_IF_ERROR(read_authority(authority, out));
    s.remove_prefix(2 + authority.size());
  }
  ASSIGN_OR_RETURN(out.path, unescaped(s));
  return {};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  Url out;
  const size_t hash = text.find('#');
  Status status = read_parts(text.substr(0, hash), out);
  if (status.ok() && hash != std::string_view::npos) {
    const auto fragment = unescaped(text.substr(hash + 1));
    if (fragment.ok()) {
      out.fragment = *fragment;
    } else {
      status = fragment.error();
    }
  }
  if (!status.ok()) return invalid("parse " + quote(text) + ": " + status.error().message);
  return out;
}

std::string Url::user_information() const {
  if (!user) return "";
  return escaped(*user, kInUser) + (password ? ":" + escaped(*password, kInUser) : "");
}

std::string Url::host_name() const {
  const size_t bracket = host.find(']');
  if (host.starts_with('[') && bracket != std::string::npos) return host.substr(1, bracket - 1);
  return host.substr(0, host.find(':'));
}

std::string Url::printed() const {
  std::string out;
  if (!scheme.empty()) out += scheme + ":";
  if (!opaque.empty()) {
    out += opaque;
  } else {
    if (!host.empty() || user || (!scheme.empty() && !path.empty())) {
      out += "//";
      if (user) out += user_information() + "@";
      out += escaped(host, kInHost);
    }
    const std::string way = path == "*" ? path : escaped(path, kInPath);
    if (!way.empty() && way[0] != '/' && !host.empty()) out += '/';
    // A colon in the first part would turn that part into a scheme.
    if (out.empty() && way.substr(0, way.find('/')).find(':') != std::string::npos) out += "./";
    out += way;
  }
  if (!query.empty()) out += "?" + query;
  if (!fragment.empty()) out += "#" + escaped(fragment, kInFragment);
  return out;
}

}  // namespace logsvc::tmpl
