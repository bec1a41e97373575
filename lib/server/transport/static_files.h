// The page: files embedded in the executable, or read from a directory while it is developed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace logsvc::server {

struct EmbeddedFile {
  std::string_view path;  // "/assets/index-1a2b.js"
  std::string_view type;
  std::string_view etag;
  std::string_view gzip;  // the file, compressed
};

// Made by scripts/embed_web.cmake from web/dist; empty if the page was not built.
const std::vector<EmbeddedFile>& embedded_files();

class StaticFiles {
 public:
  // If dir is empty, it serves the embedded files.
  explicit StaticFiles(std::string dir) : dir_(std::move(dir)) {}

  // Returns false if there is no such file and the path is not one of the page's own.
  bool serve(const http::Request& request, http::Response& response) const;

 private:
  bool serve_from_dir(const std::string& path, http::Response& response) const;
  bool serve_embedded(const std::string& path, const http::Request& request,
                      http::Response& response) const;
  const std::string dir_;
};

}  // namespace logsvc::server
