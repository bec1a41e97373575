// Reads typed values from a YAML tree. Problems are collected, so that one run names all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/yaml.h"

namespace logsvc::config {

// Collects the problems of one file. Each text has its place in front: "file.yaml:3:5: …".
class Problems {
 public:
  explicit Problems(std::string path) : path_(std::move(path)) {}

  void error(const YamlNode& at, const std::string& what) { errors_.push_back(place(at) + what); }
  void warn(const YamlNode& at, const std::string& what) { warnings_.push_back(place(at) + what); }
  std::string place(const YamlNode& at) const;
  const std::string& path() const { return path_; }

  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  const std::string path_;
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

// Reports keys that a map, or one inside it, has twice, as errors.
void report_repeated_keys(const YamlNode& node, Problems& problems);

// Reads one map. Every key that is asked for is known; finish() reports the others. A value that is
// absent or null leaves the variable unchanged; so does a value of the wrong kind, which is an
// error.
class MapReader {
 public:
  // what: "a client", for messages. Borrows everything. A node that is neither a map nor null is an
  // error.
  MapReader(const YamlNode& node, std::string what, Problems& problems);

  void read(const std::string& key, std::string& out);
  void read(const std::string& key, bool& out);
  void read(const std::string& key, int64_t& out);
  void read(const std::string& key, double& out);
  void read_duration(const std::string& key, Duration& out);
  void read_bytes(const std::string& key, int64_t& out);  // 1024, 256KB
  void read(const std::string& key, std::vector<std::string>& out);
  // Reads pairs of name and value, in the order written.
  void read(const std::string& key, std::vector<std::pair<std::string, std::string>>& out);
  // Calls visit for each item of a list.
  void each(const std::string& key, const std::function<void(const YamlNode&)>& visit);
  // Returns the value; nullptr if it is absent or null.
  const YamlNode* take(const std::string& key);
  bool has(const std::string& key);

  // Warns about a key, if it is given, that Promtail knows and logsvc does not support.
  void unsupported(const std::string& key, const std::string& why);
  // Accepts keys that have no effect here.
  void ignore(const std::vector<std::string>& keys);
  // Reports unknown keys, and keys given twice.
  void finish();

  Problems& problems() { return problems_; }

 private:
  const YamlNode* scalar(const std::string& key, const char* expected);
  void wrong(const YamlNode& node, const std::string& key, const char* expected);

  const YamlNode& node_;
  const std::string what_;
  Problems& problems_;
  std::set<std::string> known_;
};

// The type of a plain scalar in YAML 1.1, as go-yaml reads it.
enum class PlainType { kText, kBool, kInteger, kFloat };
PlainType plain_type(const YamlNode& scalar);
// Returns "list", "map", "text" or "number", for messages.
std::string kind_name(const YamlNode& node);

}  // namespace logsvc::config
