// logsvc labels, series, stats, volume, volume_range, detected-fields: what a server holds.
#include <iostream>
#include <memory>

#include "client/log_query.h"
#include "client/words.h"
#include "client_flags.h"
#include "commands.h"

namespace logsvc {
namespace {

using nlohmann::json;

struct ExploreFlags {
  ServerFlags server;
  TimeFlags time;
  std::vector<std::string> words;  // the selector, or a label's name
  std::vector<std::string> target_labels;
  uint64_t limit = 30, line_limit = 1000, field_limit = 100;
  std::string step;
  bool by_labels = false, analyze = false;

  std::string query() const {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
  }
};

struct Request {
  std::string path;
  client::QueryParams params;  // beside start and end
};
using MakeRequest = Request (*)(const ExploreFlags&);
using Print = void (*)(const ExploreFlags&, const json& answer);

int run(const char* command, const ExploreFlags& flags, MakeRequest make, Print print) {
  const auto range = flags.time.range();
  auto client = client::LokiClient::make(flags.server.options);
  if (!range.ok() || !client.ok()) {
    report(command, range.ok() ? client.error() : range.error());
    return kWrongUsage;
  }
  Request request = make(flags);
  request.params.emplace("start", std::to_string(range->start));
  request.params.emplace("end", std::to_string(range->end));
  const auto answer = (*client)->get(request.path, request.params);
  if (!answer.ok()) return report(command, answer.error());
  print(flags, *answer);
  return 0;
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

client::LabelMap labels_of(const json& object) {
  client::LabelMap out;
  for (const auto& [name, value] : object.items()) out[name] = text_of(value);
  return out;
}

Request labels_request(const ExploreFlags& flags) {
  const std::string name = flags.query();
  if (name.empty()) return {"/loki/api/v1/labels", {}};
  return {"/loki/api/v1/label/" + name + "/values", {}};
}
void print_list(const ExploreFlags&, const json& answer) {
  for (const json& item : answer.value("data", json::array())) std::cout << text_of(item) << '\n';
}

Request series_request(const ExploreFlags& flags) {
  client::QueryParams params;
  if (!flags.query().empty()) params.emplace("match", flags.query());
  return {"/loki/api/v1/series", params};
}
// Prints the labels, those with the most values first.
void print_analysis(const json& series) {
  std::map<std::string, std::map<std::string, size_t>> values;
  for (const json& one : series) {
    for (const auto& [name, value] : labels_of(one)) ++values[name][value];
  }
  std::vector<std::pair<size_t, std::string>> order;
  for (const auto& [name, seen] : values) order.emplace_back(seen.size(), name);
  std::sort(order.rbegin(), order.rend());
  std::cout << "Total streams: " << series.size() << "\nUnique labels: " << values.size()
            << "\n\nlabel                           unique values  streams\n";
  for (const auto& [count, name] : order) {
    size_t streams = 0;
    for (const auto& [value, times] : values[name]) streams += times;
    std::string line = name;
    line.resize(std::max<size_t>(line.size() + 1, 32), ' ');
    std::string number = std::to_string(count);
    number.resize(std::max<size_t>(number.size() + 1, 15), ' ');
    std::cout << line << number << streams << '\n';
  }
}
void print_series(const ExploreFlags& flags, const json& answer) {
  const json series = answer.value("data", json::array());
  if (flags.analyze) return print_analysis(series);
  for (const json& one : series) {
    std::cout << client::LogPrinter::format_labels(labels_of(one)) << '\n';
  }
}

Request stats_request(const ExploreFlags& flags) {
  return {"/loki/api/v1/index/stats", {{"query", flags.query()}}};
}
std::string readable_bytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  for (; size >= 1000 && unit + 1 < std::size(kUnits); ++unit) size /= 1000;
  char out[32];
  std::snprintf(out, sizeof out, unit > 0 && size < 10 ? "%.1f %s" : "%.0f %s", size, kUnits[unit]);
  return out;
}
void print_stats(const ExploreFlags&, const json& answer) {
  const auto number = [&](const char* name) { return answer.value(name, uint64_t{0}); };
  std::cout << "{\n  bytes: " << readable_bytes(number("bytes"))
            << "\n  chunks: " << number("chunks") << "\n  streams: " << number("streams")
            << "\n  entries: " << number("entries") << "\n}\n";
}

client::QueryParams volume_params(const ExploreFlags& flags) {
  client::QueryParams params{{"query", flags.query()},
                             {"limit", std::to_string(flags.limit)},
                             {"aggregateBy", flags.by_labels ? "labels" : "series"}};
  std::string targets;
  for (const std::string& name : flags.target_labels)
    targets += (targets.empty() ? "" : ",") + name;
  if (!targets.empty()) params.emplace("targetLabels", targets);
  if (!flags.step.empty()) params.emplace("step", flags.step);
  return params;
}
Request volume_request(const ExploreFlags& flags) {
  return {"/loki/api/v1/index/volume", volume_params(flags)};
}
Request volume_range_request(const ExploreFlags& flags) {
  return {"/loki/api/v1/index/volume_range", volume_params(flags)};
}
void print_result(const ExploreFlags&, const json& answer) {
  const json data = answer.value("data", json::object());
  std::cout
      << data.value("result", json::array()).dump(2, ' ', false, json::error_handler_t::replace)
      << '\n';
}

Request fields_request(const ExploreFlags& flags) {
  return {"/loki/api/v1/detected_fields",
          {{"query", client::words_to_query(flags.query())},
           {"line_limit", std::to_string(flags.line_limit)},
           {"limit", std::to_string(flags.field_limit)}}};
}
void print_fields(const ExploreFlags&, const json& answer) {
  for (const json& field : answer.value("fields", json::array())) {
    std::cout << "label: " << text_of(field.value("label", json("")))
              << "\t\ttype: " << text_of(field.value("type", json("")))
              << "\t\tcardinality: " << field.value("cardinality", uint64_t{0}) << '\n';
  }
}

struct Command {
  CLI::App* app;
  std::shared_ptr<ExploreFlags> flags;
};
Command add(CLI::App& app, int& exit_code, const char* name, const char* help,
            const char* argument_help, MakeRequest make, Print print) {
  Command out{app.add_subcommand(name, help), std::make_shared<ExploreFlags>()};
  out.app->add_option("query", out.flags->words, argument_help);
  add_time_flags(*out.app, out.flags->time);
  add_server_flags(*out.app, out.flags->server);
  out.app->callback([&exit_code, name, flags = out.flags, make, print] {
    exit_code = run(name, *flags, make, print);
  });
  return out;
}

void add_volume_flags(const Command& command) {
  command.app->add_option("--limit", command.flags->limit, "Series at most")->capture_default_str();
  command.app->add_option("--targetLabels", command.flags->target_labels, "Labels to add up by")
      ->delimiter(',');
  command.app->add_flag("--aggregateByLabels", command.flags->by_labels,
                        "By names of labels, not by series");
}

}  // namespace

void add_explore_commands(CLI::App& app, int& exit_code) {
  add(app, exit_code, "labels", "Names of labels, or the values of one", "A label's name",
      labels_request, print_list);
  const Command series =
      add(app, exit_code, "series", "Streams", "A selector; every stream if it is left out",
          series_request, print_series);
  series.app->add_flag("--analyze-labels", series.flags->analyze, "Count values instead");
  add(app, exit_code, "stats", "How much a selector matches", "A selector", stats_request,
      print_stats)
      .app->get_option("query")
      ->required();
  const Command volume =
      add(app, exit_code, "volume", "Bytes by series", "A selector", volume_request, print_result);
  volume.app->get_option("query")->required();
  add_volume_flags(volume);
  const Command range = add(app, exit_code, "volume_range", "Bytes by series over time",
                            "A selector", volume_range_request, print_result);
  range.app->get_option("query")->required();
  range.app->add_option("--step", range.flags->step, "Length of a bucket");
  add_volume_flags(range);
  const Command fields = add(app, exit_code, "detected-fields", "Fields found in lines",
                             "LogQL, or words", fields_request, print_fields);
  fields.app->get_option("query")->required();
  fields.app->add_option("--line-limit", fields.flags->line_limit, "Lines looked at")
      ->capture_default_str();
  fields.app->add_option("--field-limit,--limit", fields.flags->field_limit, "Fields at most")
      ->capture_default_str();
}

}  // namespace logsvc
