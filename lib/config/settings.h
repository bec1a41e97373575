// Named settings of a subcommand, resolved as flag > environment > file > default.
//
// A setting `data-dir` is the flag --data-dir, the variable LOGSVC_DATA_DIR and the key `data_dir`
// of the YAML file. The file is a flat map of scalars (a list is joined with commas), but for
// settings that may be lists of maps. Problems in it are reported with file, line and column, an
// unknown key also with the nearest known one.
// ${VAR} and ${VAR:-default} in the file are replaced from the environment.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/yaml.h"

namespace logsvc::config {

struct SettingSpec {
  std::string name;  // "data-dir"
  std::string help;
  std::string default_value = {};
  // Other environment variables for the setting, tried after LOGSVC_… ("LOKI_URL").
  std::vector<std::string> other_variables = {};
  // The variable NAME_FILE may name a file whose first line is the value, which is never printed.
  bool secret = false;
  // The file may give a list of maps and values; see Settings::list().
  bool structured = false;
};

using Environment = std::function<std::optional<std::string>(const std::string&)>;
// Returns getenv of this process.
Environment process_environment();

class Settings {
 public:
  // flags: only those given, by setting name. config_path: empty for no file. other_keys: keys of
  // the file that are read elsewhere (lists and maps).
  static Result<Settings> resolve(const std::vector<SettingSpec>& specs,
                                  const std::map<std::string, std::string>& flags,
                                  const Environment& environment, const std::string& config_path,
                                  const std::vector<std::string>& other_keys = {});

  // These read typed values. Errors say where the value came from ("server.yaml:3:1: retention: …",
  // "--retention: …", "LOGSVC_RETENTION: …"). The name must be in the specs.
  const std::string& text(const std::string& name) const;
  Result<bool> boolean(const std::string& name) const;  // true/false, yes/no, on/off, 1/0
  Result<uint64_t> number(const std::string& name) const;
  Result<uint64_t> bytes(const std::string& name) const;     // 64MB, 256KiB: powers of 1024
  Result<Duration> duration(const std::string& name) const;  // 336h, 14d, 500ms, 0
  // A list as the file gives it, with its places; path is the file's, for messages.
  struct FileList {
    std::string path;
    YamlNode node;
  };
  // Returns the list of a structured setting; null if its value is a text (from a flag, the
  // environment or a scalar of the file).
  const FileList* list(const std::string& name) const;
  // Returns true if flag, environment or file set it.
  bool is_set(const std::string& name) const;
  // Returns an error about a setting's value, with its origin in front.
  Error bad_value(const std::string& name, const std::string& why) const;

  // Returns one "data_dir: ./data  # default" per line, secrets hidden, as `config print` shows it.
  std::string describe() const;
  // Returns the same as a JSON array of {"name", "value", "origin"}.
  std::string describe_json() const;

 private:
  struct Value {
    std::string text;
    std::string origin;  // "--x", "LOGSVC_X", "file:line:column: x", "default"
    bool is_default = true;
    bool secret = false;
    std::shared_ptr<const FileList> list = nullptr;
  };
  const Value& value(const std::string& name) const;
  static std::string shown(const Value& value);
  std::map<std::string, Value> values_;
};

// Returns the parts of "a, b" without blanks; empty ones are left out.
std::vector<std::string> split_list(const std::string& text);

// Returns LOGSVC_DATA_DIR for data-dir.
std::string variable_name(const std::string& setting);

// Returns the candidate that takes the fewest edits to become `name`; empty if none is near.
std::string nearest(const std::string& name, const std::vector<std::string>& candidates);

// Replaces ${VAR} and ${VAR:-default}; $$ is a dollar sign; an unset VAR is empty.
std::string expand_environment(const std::string& text, const Environment& environment);

// An address written as "host:port", ":port" (all interfaces) or "[v6]:port".
struct ListenAddress {
  std::string host;
  int port = 0;
  bool is_loopback() const;
};
Result<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace logsvc::config
