// PEM text where a library wants a path. The text of a configuration is in memory alone.
#pragma once

#include <string>

#include "base/result.h"

namespace logsvc::net {

class PemFile {
 public:
  // The file as it is, or the text in one that exists as long as the object; neither: no path.
  static Result<PemFile> open(const std::string& text, const std::string& file);
  ~PemFile();
  PemFile(PemFile&& other) noexcept;
  PemFile& operator=(PemFile&&) = delete;

  bool empty() const { return path_.empty(); }
  const std::string& path() const { return path_; }

 private:
  PemFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_ = -1;
};

}  // namespace logsvc::net
