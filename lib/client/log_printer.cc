#include "client/log_printer.h"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/any_case.h"
#include "base/calendar.h"
#include "model/label_set.h"

namespace logsvc::client {
namespace {

constexpr const char* kReset = "\x1b[0m";
constexpr const char* kTimeColour = "\x1b[34m";

// Returns the colour of the level that the labels name; empty if they name none.
std::string level_colour(const LabelMap& labels) {
  static const std::map<std::string, std::string> kColours = {
      {"fatal", "\x1b[1;31m"}, {"critical", "\x1b[1;31m"}, {"error", "\x1b[31m"},
      {"err", "\x1b[31m"},     {"warn", "\x1b[33m"},       {"warning", "\x1b[33m"},
      {"info", "\x1b[32m"},    {"debug", "\x1b[90m"},      {"trace", "\x1b[90m"}};
  for (const char* name : {"level", "detected_level", "severity"}) {
    const auto found = labels.find(name);
    if (found == labels.end()) continue;
    const auto colour = kColours.find(ascii_lowered(found->second));
    if (colour != kColours.end()) return colour->second;
  }
  return "";
}

}  // namespace

Result<OutputFormat> parse_output_format(const std::string& name) {
  if (name == "default") return OutputFormat::kDefault;
  if (name == "raw") return OutputFormat::kRaw;
  if (name == "jsonl") return OutputFormat::kJsonLines;
  return invalid("expected default, raw or jsonl, found \"" + name + "\"");
}

LabelMap common_labels(const std::vector<const LabelMap*>& sets) {
  if (sets.empty()) return {};
  LabelMap out = *sets.front();
  for (const LabelMap* set : sets) {
    std::erase_if(out, [&](const auto& label) {
      const auto found = set->find(label.first);
      return found == set->end() || found->second != label.second;
    });
  }
  return out;
}

LogPrinter::LogPrinter(std::ostream& out, PrintOptions options)
    : out_(out), options_(std::move(options)), widest_(options_.labels_width) {}

std::string LogPrinter::format_labels(const LabelMap& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ", ";
    out += (is_label_name(name) ? name : quote(name)) + "=" + quote(value);
  }
  return out + "}";
}

LabelMap LogPrinter::shown_labels(const LabelMap& labels) const {
  const auto lists = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  LabelMap out;
  for (const auto& [name, value] : labels) {
    const bool wanted = options_.include_labels.empty() || lists(options_.include_labels, name);
    if (wanted && !lists(options_.exclude_labels, name)) out[name] = value;
  }
  return out;
}

std::string LogPrinter::time_text(Timestamp t, bool nanoseconds) const {
  if (options_.utc) {
    return format_rfc3339(nanoseconds ? t : round_down(t, kSecond));
  }
  const Timestamp below = floor_mod(t, kSecond);
  const auto seconds = static_cast<std::time_t>(floor_div(t, kSecond));
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char date[64], zone[16];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::strftime(zone, sizeof zone, "%z", &parts);
  std::string out = date;
  if (nanoseconds && below != 0) {
    std::string fraction = std::to_string(below);
    fraction.insert(0, 9 - fraction.size(), '0');
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += "." + fraction;
  }
  const std::string offset = zone;
  if (offset == "+0000") return out + "Z";
  return out + offset.substr(0, 3) + ":" + offset.substr(3);
}

void LogPrinter::print(const LogLine& line) {
  switch (options_.format) {
    case OutputFormat::kDefault:
      return print_default(line);
    case OutputFormat::kRaw:
      out_ << line.text << (line.text.ends_with('\n') ? "" : "\n");
      return;
    case OutputFormat::kJsonLines:
      return print_json(line);
  }
}

void LogPrinter::print_default(const LogLine& line) {
  const std::string time = time_text(line.timestamp, options_.nanoseconds);
  out_ << (options_.colour ? kTimeColour + time + kReset : time) << ' ';
  if (!options_.no_labels) {
    LabelMap labels = shown_labels(line.labels);
    for (const auto& [name, value] : common_) labels.erase(name);
    std::string text = format_labels(labels);
    widest_ = std::max(widest_, text.size());
    text.resize(widest_, ' ');
    out_ << text << ' ';
  }
  std::string text = line.text;
  if (text.ends_with('\n')) text.pop_back();
  const std::string colour = options_.colour ? level_colour(line.labels) : "";
  out_ << colour << text << (colour.empty() ? "" : kReset) << '\n';
}

void LogPrinter::print_json(const LogLine& line) {
  const nlohmann::json out = {
      {"labels", options_.no_labels ? LabelMap() : shown_labels(line.labels)},
      {"line", line.text},
      {"timestamp", time_text(line.timestamp, true)}};
  out_ << out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace logsvc::client
