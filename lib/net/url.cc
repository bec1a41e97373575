#include "net/url.h"

#include <algorithm>

#include "base/any_case.h"
#include "base/host_port.h"
#include "base/percent_encoding.h"
#include "base/shown_url.h"

namespace logsvc::net {
namespace {

constexpr Scheme kHttp[] = {{"http", 80}, {"https", 443}};
constexpr Scheme kProxy[] = {{"http", 80}, {"https", 443}, {"socks5", 1080}, {"socks5h", 1080}};

// A URL has none of these, and in a request one would begin a line or a word of its own.
bool has_blank_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

// Takes user[:password] off before the last @.
void take_credentials(std::string_view& authority, Url& out) {
  const size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return;
  const std::string_view credentials = authority.substr(0, at);
  authority.remove_prefix(at + 1);
  const size_t colon = credentials.find(':');
  out.user = percent_decode(credentials.substr(0, colon));
  if (colon != std::string_view::npos) out.password = percent_decode(credentials.substr(colon + 1));
}

// Reads what stands before the first / of a path; in brackets a zone is written %25eth0.
bool take_host(std::string_view authority, Url& out) {
  const std::string text =
      authority.starts_with('[') ? percent_decode(authority) : std::string(authority);
  const auto place = parse_host_port(text);
  if (!place || place->host.empty() || place->port == 0) return false;
  out.host = place->host;
  if (place->port) out.port = *place->port;
  return true;
}

bool has_scheme(std::string_view location) {
  const size_t colon = location.find_first_of(":/?#");
  return colon != std::string_view::npos && colon > 0 && location[colon] == ':';
}

}  // namespace

Result<Url> parse_url(std::string_view text, std::span<const Scheme> schemes,
                      std::string_view expected) {
  const auto bad = [&] {
    return invalid("expected " + std::string(expected) + ", found \"" + without_url_secrets(text) +
                   "\"");
  };
  const size_t end = text.find("://");
  if (end == std::string_view::npos || has_blank_or_control(text)) return bad();
  Url out;
  out.scheme = ascii_lowered(std::string(text.substr(0, end)));
  const auto scheme = std::find_if(schemes.begin(), schemes.end(),
                                   [&](const Scheme& known) { return known.name == out.scheme; });
  if (scheme == schemes.end()) return bad();
  out.port = scheme->port;
  std::string_view rest = text.substr(end + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t path = std::min(rest.find_first_of("/?"), rest.size());
  out.path = rest.substr(path);
  if (out.path.starts_with('?')) out.path.insert(0, "/");
  std::string_view authority = rest.substr(0, path);
  take_credentials(authority, out);
  if (!take_host(authority, out)) return bad();
  return out;
}

Result<Url> parse_url(std::string_view text) {
  return parse_url(text, kHttp, "a URL like http://host:3100/loki/api/v1/push");
}

Result<Url> parse_proxy_url(std::string_view text) {
  return parse_url(text, kProxy, "http, https, socks5 or socks5h://host:port of a proxy");
}

std::string origin_of(const Url& url) {
  return url.scheme + "://" + join_host_port(ascii_lowered(url.host), url.port);
}

std::string host_header(const Url& url) {
  return url.port == (url.scheme == "https" ? 443 : 80) ? bracketed_host(url.host)
                                                        : join_host_port(url.host, url.port);
}

Result<Url> resolve(const Url& from, std::string_view location) {
  std::string text(location.substr(0, location.find('#')));
  const std::string path = from.path.substr(0, from.path.find('?'));
  if (text.empty()) return invalid("a redirection without a Location");
  if (text.starts_with("//")) {
    text.insert(0, from.scheme + ":");
  } else if (!has_scheme(text)) {
    if (text[0] == '?') text.insert(0, path);
    if (text[0] != '/' && text[0] != '?') text.insert(0, path.substr(0, path.rfind('/') + 1));
    text.insert(0, origin_of(from) + (text[0] == '/' || text[0] == '?' ? "" : "/"));
  }
  ASSIGN_OR_RETURN(Url out, parse_url(text));
  out.user.clear();
  out.password.clear();
  return out;
}

}  // namespace logsvc::net
