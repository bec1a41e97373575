// Runs the JMESPath files: facts of the official compliance suite (jmespath.org). Form:
//
//   # what the file is about
//   given {"a":1}        the document, JSON in one line, for the searches below it
//   search "a"           the expression, as a JSON string
//     gives 1            the result, JSON; or
//     fails syntax       the expression is refused, at parsing or on the document
//
// Usage: logsvc_jmespath_golden_tests FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "gotext/jmespath/expression.h"

namespace logsvc::jmespath {
namespace {

using nlohmann::json;

// The result as JSON, or "fails".
std::string outcome(const std::string& expression, const extract::JsonTree& document) {
  const auto parsed = Expression::parse(expression);
  if (!parsed.ok()) return "fails";
  const auto found = parsed->search(Value(Value::Place{&document, 0}));
  if (!found.ok()) return "fails";
  std::string out;
  found->append_json(out);
  return out;
}

bool agrees(const std::string& got, const std::string& wanted) {
  if (wanted.starts_with("fails ")) return got == "fails";
  return got != "fails" && json::parse(got) == json::parse(wanted.substr(sizeof("gives ") - 1));
}

struct Count {
  int passed = 0;
  int failed = 0;
};

void run_file(const std::filesystem::path& path, Count& count) {
  std::ifstream in(path);
  std::string line, given, expression;
  extract::JsonTree document;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.starts_with("given ")) {
      given = line.substr(6);
      if (!document.parse(given)) {
        std::cout << path.string() << ':' << number << ": the document is not JSON\n";
        ++count.failed;
      }
    } else if (line.starts_with("search ")) {
      expression = json::parse(line.substr(7)).get<std::string>();
    } else if (line.starts_with("  ")) {
      const std::string wanted = line.substr(2);
      const std::string got = outcome(expression, document);
      const bool fine = agrees(got, wanted);
      ++(fine ? count.passed : count.failed);
      if (!fine) {
        std::cout << path.string() << ':' << number << ": " << expression << "\n  expected "
                  << wanted << "\n  got      " << got << '\n';
      }
    }
  }
}

int run(const char* folder) {
  Count count;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".test") run_file(file.path(), count);
  }
  std::cout << count.passed << " passed, " << count.failed << " failed\n";
  return count.failed == 0 && count.passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace logsvc::jmespath

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: logsvc_jmespath_golden_tests FOLDER\n";
    return 2;
  }
  return logsvc::jmespath::run(argv[1]);
}
