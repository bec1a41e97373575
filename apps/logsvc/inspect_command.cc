#include <iostream>
#include <memory>

#include "commands.h"
#include "inspect.h"

namespace logsvc {

namespace {

int run_inspect(const std::string& path, bool lines) {
  PosixFileSystem files;
  const auto bytes = files.read_all(path);
  if (!bytes.ok()) {
    std::cerr << "logsvc inspect: " << bytes.error().message << '\n';
    return bytes.error().code == ErrorCode::kPermission ? 77 : 1;
  }
  bool whole = false;
  if (bytes->starts_with("LGP1")) {
    whole = inspect::print_chunk(files, path, lines);
  } else if (bytes->starts_with("LGD1")) {
    whole = inspect::print_deletions(path, *bytes);
  } else if (bytes->starts_with("SQLite format 3")) {
    whole = inspect::print_index(path);
  } else if (bytes->starts_with("LGJ1")) {
    whole = inspect::print_journal(path, *bytes, lines);
  } else {
    std::cerr << "logsvc inspect: " << path
              << " is no chunk file, journal segment, index or list of delete requests\n";
    return 1;
  }
  return whole ? 0 : 1;
}

}  // namespace

void add_inspect_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "inspect",
      "Print a chunk file, a journal segment, the index or the delete requests: 0 whole, "
      "1 damaged");
  auto path = std::make_shared<std::string>();
  auto lines = std::make_shared<bool>(false);
  command->add_option("path", *path, "The file, below the data directory")->required();
  command->add_flag("--lines", *lines, "Print the lines too");
  command->callback([&exit_code, path, lines] { exit_code = run_inspect(*path, *lines); });
}

}  // namespace logsvc
