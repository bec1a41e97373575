#include <filesystem>
#include <iostream>
#include <memory>
#include <string_view>

#include "agent/spool/refused_lines.h"
#include "commands.h"
#include "inspect.h"

namespace logsvc {

namespace {

struct InspectOptions {
  std::string path;
  bool lines = false;
  bool send_again = false;
  bool clear = false;
};

// Takes an agent's data directory, or the folder "refused" in it.
int run_refused(FileSystem& files, std::string dir, const InspectOptions& options) {
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  if (!files.exists(dir + "/refused") && dir.ends_with("/refused"))
    dir.resize(dir.size() - std::string_view("/refused").size());
  if (!files.exists(dir + "/refused")) {
    std::cerr << "logsvc inspect: " << dir << " is not the data directory of an agent\n";
    return 1;
  }
  if (!options.send_again && !options.clear)
    return inspect::print_refused(files, dir, options.lines) ? 0 : 1;
  const Status asked =
      agent::request_of_refused(files, dir, options.clear ? agent::kClear : agent::kSendAgain);
  if (!asked.ok()) {
    std::cerr << "logsvc inspect: " << asked.error().message << '\n';
    return asked.error().code == ErrorCode::kPermission ? 77 : 1;
  }
  std::cout << "the agent will do so within ten seconds, or when it starts\n";
  return 0;
}

int run_inspect(const InspectOptions& options) {
  PosixFileSystem files;
  const std::string& path = options.path;
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return run_refused(files, path, options);
  const auto bytes = files.read_all(path);
  if (!bytes.ok()) {
    std::cerr << "logsvc inspect: " << bytes.error().message << '\n';
    return bytes.error().code == ErrorCode::kPermission ? 77 : 1;
  }
  bool whole = false;
  if (bytes->starts_with("LGP1")) {
    whole = inspect::print_chunk(files, path, options.lines);
  } else if (bytes->starts_with("LGD1")) {
    whole = inspect::print_deletions(path, *bytes);
  } else if (bytes->starts_with("SQLite format 3")) {
    whole = inspect::print_index(path);
  } else if (bytes->starts_with("LGJ1")) {
    whole = inspect::print_journal(path, *bytes, options.lines);
  } else {
    std::cerr << "logsvc inspect: " << path
              << " is not a chunk file, journal segment, index or list of delete requests\n";
    return 1;
  }
  return whole ? 0 : 1;
}

}  // namespace

void add_inspect_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "inspect",
      "Print a chunk file, a journal segment, the index or the delete requests: 0 whole, "
      "1 damaged. Of an agent's data directory: the lines that a server refused");
  auto options = std::make_shared<InspectOptions>();
  command->add_option("path", options->path, "The file, or an agent's data directory")->required();
  command->add_flag("--lines", options->lines, "Print the lines too");
  auto* again = command->add_flag("--send-again", options->send_again,
                                  "Have the agent send the refused lines again");
  command->add_flag("--clear", options->clear, "Have the agent remove the refused lines")
      ->excludes(again);
  command->callback([&exit_code, options] { exit_code = run_inspect(*options); });
}

}  // namespace logsvc
