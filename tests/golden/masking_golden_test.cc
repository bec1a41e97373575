// Runs the files of what is hidden in lines. Form:
//
//   # what the lines below are about
//   < a line as it comes
//   > the line with the built-in rules
//   = a line that stays as it is
//
// Each masked line is masked again, and must stay; a line that is JSON must stay JSON.
//
// Usage: logsvc_masking_golden_tests FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "base/json_cursor.h"
#include "masking/masker.h"

namespace logsvc::masking {
namespace {

bool skip_value(JsonCursor& cursor);

bool skip_members(JsonCursor& cursor, bool object) {
  JsonScalar key;
  while (object ? cursor.next_member(key) : cursor.next_item()) {
    if (!skip_value(cursor)) return false;
  }
  return !cursor.failed();
}

bool skip_value(JsonCursor& cursor) {
  const char next = cursor.ahead();
  if (next == '{' || next == '[') return cursor.open() && skip_members(cursor, next == '{');
  JsonScalar scalar;
  return cursor.scalar(scalar);
}

bool is_json(std::string_view text) {
  JsonCursor cursor(text, 64);
  return skip_value(cursor) && cursor.finish();
}

struct Run {
  std::shared_ptr<const Masker> masker = Masker::of_built_ins();
  int passed = 0, failed = 0;

  std::string masked(const std::string& line) const {
    std::string out;
    return masker->mask(line, out) ? out : line;
  }

  void check(const std::string& where, const std::string& line, const std::string& wanted) {
    const std::string got = masked(line);
    std::string fault;
    if (got != wanted) fault = "differs";
    if (masked(got) != got) fault = "is not the same when masked again: " + masked(got);
    if (is_json(line) && !is_json(got)) fault = "is no JSON any more";
    ++(fault.empty() ? passed : failed);
    if (fault.empty()) return;
    std::cout << where << ": " << fault << "\n  line     " << line << "\n  expected " << wanted
              << "\n  got      " << got << '\n';
  }

  void file(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::string text, line;
    for (int number = 1; std::getline(in, text); ++number) {
      const std::string where = path.filename().string() + ':' + std::to_string(number);
      if (text.starts_with("< ")) line = text.substr(2);
      if (text.starts_with("> ")) check(where, line, text.substr(2));
      if (text.starts_with("= ")) check(where, text.substr(2), text.substr(2));
    }
  }
};

int run(const char* folder) {
  Run run;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".txt") run.file(file.path());
  }
  std::cout << run.passed << " passed, " << run.failed << " failed\n";
  return run.failed == 0 && run.passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace logsvc::masking

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: logsvc_masking_golden_tests FOLDER\n";
    return 2;
  }
  return logsvc::masking::run(argv[1]);
}
