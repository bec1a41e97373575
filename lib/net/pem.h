// Gives PEM text to a library that wants a path. Text from a configuration stays in memory.
#pragma once

#include <string>

#include "base/result.h"

namespace logsvc::net {

class PemFile {
 public:
  // Takes the file as it is, or puts the text into one that exists as long as the object; with
  // neither there is no path.
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
