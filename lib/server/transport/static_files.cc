#include "server/transport/static_files.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace logsvc::server {
namespace {

constexpr const char* kPolicy =
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// Paths that the page's own router answers.
constexpr std::string_view kPagePaths[] = {"/",
                                           "/overview",
                                           "/explore",
                                           "/journey",
                                           "/opening",
                                           "/services",
                                           "/alerts",
                                           "/settings",
                                           "/settings/account",
                                           "/settings/users",
                                           "/settings/tokens",
                                           "/settings/masking",
                                           "/settings/audit",
                                           "/settings/server",
                                           "/login"};

bool is_page_path(const std::string& path) {
  return std::find(std::begin(kPagePaths), std::end(kPagePaths), path) != std::end(kPagePaths);
}

std::string type_of(const std::string& path) {
  static const std::map<std::string, std::string> kTypes = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".woff2", "font/woff2"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".ico", "image/x-icon"}};
  const size_t dot = path.rfind('.');
  const auto found = dot == std::string::npos ? kTypes.end() : kTypes.find(path.substr(dot));
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

void set_headers(const std::string& path, http::Response& response) {
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Referrer-Policy", "no-referrer");
  response.set_header("Content-Security-Policy", kPolicy);
  // Names of assets carry a hash of their content; everything else is revalidated.
  const bool hashed = path.rfind("/assets/", 0) == 0;
  response.set_header("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
}

constexpr const char* kNoPage =
    "<!doctype html><meta charset=utf-8><title>logsvc</title><h1>logsvc</h1><p>This executable was "
    "built without its page. Build web/ (npm ci &amp;&amp; npm run build), then logsvc again; "
    "scripts/run does both. The API works all the same.";

}  // namespace

bool StaticFiles::serve(const http::Request& request, http::Response& response) const {
  const std::string path = is_page_path(request.path) ? "/index.html" : request.path;
  if (dir_.empty() ? serve_embedded(path, request, response) : serve_from_dir(path, response)) {
    return true;
  }
  if (!is_page_path(request.path)) return false;
  response.status = 200;
  response.set_body(kNoPage, "text/html; charset=utf-8");
  return true;
}

bool StaticFiles::serve_from_dir(const std::string& path, http::Response& response) const {
  if (path.find("..") != std::string::npos) return false;
  std::ifstream in(dir_ + path, std::ios::binary);
  if (!in) return false;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  set_headers(path, response);
  response.status = 200;
  response.set_body(bytes.str(), type_of(path));
  return true;
}

bool StaticFiles::serve_embedded(const std::string& path, const http::Request& request,
                                 http::Response& response) const {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.path != path) continue;
    set_headers(path, response);
    response.set_header("ETag", std::string(file.etag));
    if (request.header("If-None-Match") == file.etag) {
      response.status = 304;
      return true;
    }
    response.status = 200;
    response.set_header("Content-Encoding", "gzip");
    response.set_header("Content-Type", std::string(file.type));
    response.static_body = file.gzip;
    return true;
  }
  return false;
}

}  // namespace logsvc::server
