#include "promtail_flags.h"

#include <utility>

#include "agent/promtail/flags.h"

namespace logsvc {
namespace {

// Flags that both have, and those that are ours alone.
constexpr std::pair<const char*, const char*> kOurs[] = {
    {"config.file", "config"},
    {"config.expand-env", "config-expand-env"},
    {"check-syntax", "check-syntax"},
    {"print-config-stderr", "print-config-stderr"},
    {"log.level", "log-level"},
    {"log.format", "log-format"},
    {"dry-run", "dry-run"},
    {"inspect", "inspect"},
    {"stdin", "stdin"},
    {"version", "version"},
    {"help", "help"},
};

const char* ours(const std::string& name) {
  for (const auto& [theirs, name_here] : kOurs) {
    if (name == theirs) return name_here;
  }
  return nullptr;
}

// Rewrites -name, -name=value, or -name followed by its value; --name likewise, as Go accepts them.
class Rewriter {
 public:
  explicit Rewriter(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  std::vector<std::string> run() {
    out_.push_back(arguments_[0]);
    while (at_ < arguments_.size()) next();
    return std::move(out_);
  }

 private:
  void next() {
    const std::string& argument = arguments_[at_++];
    const size_t dashes = argument.find_first_not_of('-');
    const bool is_flag = dashes != std::string::npos && dashes >= 1 && dashes <= 2;
    if (!is_flag || argument.size() - dashes < 2) {
      out_.push_back(argument);
      return;
    }
    const size_t equals = argument.find('=');
    const bool has_value = equals != std::string::npos;
    const std::string name =
        argument.substr(dashes, has_value ? equals - dashes : std::string::npos);
    if (const char* here = ours(name)) {
      out_.push_back(std::string("--") + here + (has_value ? argument.substr(equals) : ""));
    } else if (const agent::PromtailFlag* flag = agent::find_promtail_flag(name)) {
      std::string value = has_value ? argument.substr(equals + 1) : "";
      if (!has_value && !flag->is_switch && at_ < arguments_.size()) value = arguments_[at_++];
      out_.push_back("--promtail-flag=" + name + "=" + value);
    } else if (dashes == 1) {
      out_.push_back("--unknown-flag=" + name);
    } else {
      out_.push_back(argument);
    }
  }

  const std::vector<std::string>& arguments_;
  size_t at_ = 1;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> with_promtail_flags(std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  const std::string& command = arguments[0];
  if (command != "agent" && command != "validate" && command != "convert") return arguments;
  return Rewriter(arguments).run();
}

}  // namespace logsvc
