#include "agent/promtail/http_client_reader.h"

#include <algorithm>

namespace logsvc::agent {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

void read_secret(MapReader& map, const std::string& key, SecretText& out) {
  map.read(key, out.text);
  map.read(key + "_file", out.file);
  if (!out.text.empty() && !out.file.empty()) {
    map.problems().error(*map.take(key), key + " and " + key + "_file exclude each other");
  }
}

void read_basic_auth(const YamlNode& node, Problems& problems, BasicAuth& out) {
  MapReader map(node, "basic_auth", problems);
  read_secret(map, "username", out.username);
  read_secret(map, "password", out.password);
  map.unsupported("username_ref", "secrets managers are not asked; use username_file");
  map.unsupported("password_ref", "secrets managers are not asked; use password_file");
  map.finish();
}

void read_authorization(const YamlNode& node, Problems& problems, Authorization& out) {
  MapReader map(node, "authorization", problems);
  map.read("type", out.type);
  read_secret(map, "credentials", out.credentials);
  map.unsupported("credentials_ref", "secrets managers are not asked; use credentials_file");
  map.finish();
  if (out.type == "Basic" || out.type == "basic") {
    problems.error(node, "authorization: type Basic is what basic_auth is for");
  }
}

// Reads the keys of proxies, which are the same for all requests.
void read_proxy(MapReader& map, net::RouteConfig& out) {
  map.read("proxy_url", out.proxy_url);
  map.read("no_proxy", out.no_proxy);
  map.read("proxy_from_environment", out.proxy_from_environment);
  if (!out.proxy_url.empty() && out.proxy_from_environment) {
    map.problems().error(*map.take("proxy_url"),
                         "proxy_url and proxy_from_environment exclude each other");
  }
  map.unsupported("proxy_connect_header", "proxies are asked without further headers");
}

void read_oauth2(const YamlNode& node, Problems& problems, OAuth2Config& out) {
  MapReader map(node, "oauth2", problems);
  map.read("client_id", out.client_id);
  read_secret(map, "client_secret", out.client_secret);
  map.unsupported("client_secret_ref", "secrets managers are not asked; use client_secret_file");
  map.read("token_url", out.token_url);
  map.read("scopes", out.scopes);
  map.read("endpoint_params", out.endpoint_params);
  if (const YamlNode* tls = map.take("tls_config")) read_tls_config(*tls, problems, out.route.tls);
  read_proxy(map, out.route);
  map.finish();
  if (out.client_id.empty()) problems.error(node, "oauth2: client_id must not be empty");
  if (out.token_url.empty()) problems.error(node, "oauth2: token_url must not be empty");
}

// Reads name: {values: […], secrets: […], files: […]}.
void read_http_headers(MapReader& map, Labels& out) {
  const YamlNode* headers = map.take("http_headers");
  if (!headers) return;
  for (const auto& [name, value] : headers->members) {
    MapReader header(value, "a header", map.problems());
    std::vector<std::string> values, secrets;
    header.read("values", values);
    header.read("secrets", secrets);
    header.unsupported("files", "write the value");
    header.finish();
    values.insert(values.end(), secrets.begin(), secrets.end());
    for (std::string& text : values) out.push_back({name.text, std::move(text)});
  }
}

}  // namespace

void read_tls_config(const YamlNode& node, Problems& problems, net::TlsConfig& out) {
  MapReader map(node, "tls_config", problems);
  const auto either = [&](const std::string& key, std::string& text, std::string& file) {
    map.read(key, text);
    map.read(key + "_file", file);
    if (!text.empty() && !file.empty()) {
      problems.error(*map.take(key), key + " and " + key + "_file exclude each other");
    }
  };
  either("ca", out.ca, out.ca_file);
  either("cert", out.cert, out.cert_file);
  either("key", out.key, out.key_file);
  if ((out.cert.empty() && out.cert_file.empty()) != (out.key.empty() && out.key_file.empty())) {
    problems.error(node, "tls_config: a client certificate needs both cert and key");
  }
  map.read("server_name", out.server_name);
  map.read("insecure_skip_verify", out.insecure_skip_verify);
  for (auto [key, value] :
       {std::pair{"min_version", &out.min_version}, std::pair{"max_version", &out.max_version}}) {
    map.read(key, *value);
    static const std::string kVersions[] = {"", "TLS10", "TLS11", "TLS12", "TLS13"};
    if (std::find(std::begin(kVersions), std::end(kVersions), *value) == std::end(kVersions)) {
      problems.error(*map.take(key), std::string(key) + ": expected TLS10, TLS11, TLS12 or TLS13");
    }
  }
  map.unsupported("ca_ref", "secrets managers are not asked; use ca_file");
  map.unsupported("cert_ref", "secrets managers are not asked; use cert_file");
  map.unsupported("key_ref", "secrets managers are not asked; use key_file");
  map.finish();
}

void read_labels(MapReader& map, const std::string& key, Labels& out) {
  std::vector<std::pair<std::string, std::string>> pairs;
  map.read(key, pairs);
  for (auto& [name, value] : pairs) out.push_back({std::move(name), std::move(value)});
  std::sort(out.begin(), out.end());
}

void read_http_client(MapReader& map, HttpClientConfig& out) {
  int kinds = 0;
  const YamlNode* last = nullptr;
  const auto given = [&](const std::string& key) {
    const YamlNode* node = map.take(key);
    if (node) {
      ++kinds;
      last = node;
    }
    return node;
  };
  if (const YamlNode* node = given("basic_auth")) {
    read_basic_auth(*node, map.problems(), out.basic_auth.emplace());
  }
  if (const YamlNode* node = given("authorization")) {
    read_authorization(*node, map.problems(), out.authorization.emplace());
  }
  if (const YamlNode* node = given("oauth2")) {
    read_oauth2(*node, map.problems(), out.oauth2.emplace());
  }
  SecretText bearer;
  read_secret(map, "bearer_token", bearer);
  if (!bearer.empty()) {
    given(bearer.text.empty() ? "bearer_token_file" : "bearer_token");
    out.authorization = Authorization{"Bearer", bearer};
  }
  if (kinds > 1) {
    map.problems().error(
        *last, "at most one of basic_auth, authorization, oauth2 and bearer_token(_file)");
  }
  if (const YamlNode* node = map.take("tls_config"))
    read_tls_config(*node, map.problems(), out.route.tls);
  read_proxy(map, out.route);
  map.read("follow_redirects", out.route.follow_redirects);
  map.ignore({"enable_http2"});
  read_http_headers(map, out.headers);
}

}  // namespace logsvc::agent
