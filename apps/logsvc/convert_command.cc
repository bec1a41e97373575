#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "agent/promtail/convert.h"
#include "agent/promtail/parse_config.h"
#include "commands.h"
#include "exit_codes.h"

namespace logsvc {
namespace {

int convert(const std::string& path, bool expand) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << "logsvc convert: cannot read " << path << '\n';
    return 1;
  }
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto config =
      agent::parse_promtail_config(path, text, {expand, config::process_environment()});
  if (!config.ok()) {
    std::cerr << config.error().message << '\n';
    return kBadConfiguration;
  }
  std::cout << agent::convert_to_settings(*config, path);
  return 0;
}

}  // namespace

void add_convert_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("convert", "Print a Promtail file as settings of logsvc agent");
  auto path = std::make_shared<std::string>();
  auto expand = std::make_shared<bool>(false);
  command->add_option("file", *path, "promtail-config.yaml")->required();
  command->add_flag("--config-expand-env", *expand, "Replace ${VAR} from the environment first");
  // Promtail's flags change nothing about a file (see promtail_flags.h).
  command
      ->add_option_function<std::vector<std::string>>("--promtail-flag",
                                                      [](const std::vector<std::string>&) {})
      ->allow_extra_args(false)
      ->group("");
  command->callback([&exit_code, path, expand] { exit_code = convert(*path, *expand); });
}

}  // namespace logsvc
