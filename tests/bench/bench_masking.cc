// Masks typical lines in one thread and prints GB per second of CPU time as JSON. Usage:
// logsvc_bench_masking
#include <array>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "demo/ticketing.h"
#include "masking/masker.h"

namespace logsvc {
namespace {

struct Outcome {
  double gigabytes_a_second = 0;
  double masked_share = 0;  // of the lines
};

Outcome measure(const std::vector<std::string>& lines, const masking::Masker& masker) {
  constexpr uint64_t kBytes = 1'000'000'000;
  uint64_t bytes = 0, masked = 0, count = 0;
  std::string out;
  const std::clock_t begun = std::clock();
  while (bytes < kBytes) {
    for (const std::string& line : lines) {
      bytes += line.size();
      masked += masker.mask(line, out);
    }
    count += lines.size();
  }
  const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  return {static_cast<double>(bytes) / 1e9 / seconds,
          static_cast<double>(masked) / static_cast<double>(count)};
}

// Returns 16 MB of lines as Winston's JSON format writes them.
std::vector<std::string> winston_lines() {
  std::vector<std::string> out;
  Timestamp at = 1'780'000'000 * kSecond;
  demo::Ticketing services(1, at);
  for (size_t bytes = 0; bytes < 16'000'000;) {
    for (const auto& line : services.lines_until(at += 10 * kSecond)) {
      out.push_back(line.text);
      bytes += line.text.size();
    }
  }
  return out;
}

// Returns the same lines with one secret in every n-th.
std::vector<std::string> with_secrets(std::vector<std::string> lines, size_t n) {
  constexpr std::array<std::string_view, 4> kSecrets = {
      " 010-1234-5678", " card 4111 1111 1111 1111", " kim@example.co.kr", " 900101-1234568"};
  for (size_t i = 0; i < lines.size(); i += n) lines[i] += kSecrets[i / n % kSecrets.size()];
  return lines;
}

void run() {
  const auto lines = winston_lines();
  size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size();
  std::cout << "{\"bytes_a_line\":" << bytes / lines.size();
  const auto all = masking::Masker::of_built_ins();
  const auto show = [](const char* name, const Outcome& one) {
    std::cout << ",\"" << name << "\":{\"gb_per_s\":" << one.gigabytes_a_second
              << ",\"masked\":" << one.masked_share << '}';
  };
  show("nothing_to_hide", measure(lines, *all));
  show("every_100th", measure(with_secrets(lines, 100), *all));
  show("every_line", measure(with_secrets(lines, 1), *all));
  for (const masking::BuiltIn& one : masking::kBuiltIns) {
    const auto alone = masking::Masker::compile({*masking::built_in_rule(one.name)});
    show(std::string(one.name).c_str(), measure(lines, **alone));
  }
  auto rules = masking::built_in_rules();
  rules.push_back({"seat", std::nullopt, R"(seatKey=[A-Z]\d+)", "<seat>"});
  show("with_pattern", measure(lines, **masking::Masker::compile(rules)));
  std::cout << "}\n";
}

}  // namespace
}  // namespace logsvc

int main() { logsvc::run(); }
