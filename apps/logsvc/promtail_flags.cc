#include "promtail_flags.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace logsvc {
namespace {

constexpr std::pair<const char*, const char*> kFlags[] = {
    {"config.file", "config"},
    {"config.expand-env", "config-expand-env"},
    {"check-syntax", "check-syntax"},
    {"client.url", "push"},
    {"client.external-labels", "client-external-labels"},
    {"server.http-listen-address", "server-http-listen-address"},
    {"server.http-listen-port", "server-http-listen-port"},
    {"positions.file", "positions-file"},
    {"print-config-stderr", "print-config-stderr"},
    {"log.level", "log-level"},
    {"log.format", "log-format"},
    {"dry-run", "dry-run"},
    {"inspect", "inspect"},
    {"stdin", "stdin"},
};

std::string rewritten(const std::string& argument) {
  if (argument.size() < 3 || argument[0] != '-') return argument;
  const size_t first = argument.find_first_not_of('-');
  if (first == std::string::npos || first > 2) return argument;
  const size_t equals = argument.find('=');
  const std::string name =
      argument.substr(first, equals == std::string::npos ? equals : equals - first);
  for (const auto& [theirs, ours] : kFlags) {
    if (name == theirs) {
      return std::string("--") + ours +
             (equals == std::string::npos ? "" : argument.substr(equals));
    }
  }
  return argument;
}

}  // namespace

std::vector<std::string> with_promtail_flags(std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  const std::string& command = arguments[0];
  if (command == "agent" || command == "validate" || command == "convert") {
    std::transform(arguments.begin(), arguments.end(), arguments.begin(), rewritten);
  }
  return arguments;
}

}  // namespace logsvc
