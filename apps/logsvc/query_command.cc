// logsvc query, instant-query, tail and fmt.
#include <iostream>
#include <iterator>
#include <memory>

#include "client/live_tail.h"
#include "client/log_query.h"
#include "client/words.h"
#include "client_flags.h"
#include "commands.h"
#include "logql/engine.h"
#include "logql/syntax/parser.h"
#include "logql/syntax/printer.h"

namespace logsvc {
namespace {

struct QueryFlags {
  ServerFlags server;
  TimeFlags time;
  OutputFlags output;
  std::vector<std::string> words;  // the query; several words are joined
  uint64_t limit = 30, batch = 1000, delay_for = 0;
  std::string step, interval, at = "now";
  bool forward = false, follow = false, stats = false;

  std::string query() const {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return client::words_to_query(out);
  }
};

// Prints what comes; labels that all lines of a batch share are printed once.
class Output {
 public:
  Output(const QueryFlags& flags, client::PrintOptions options)
      : quiet_(flags.server.quiet),
        common_(!options.no_labels && options.format == client::OutputFormat::kDefault),
        printer_(std::cout, std::move(options)) {}

  void batch(const std::vector<client::LogLine>& lines) {
    if (common_ && !said_) {
      std::vector<const client::LabelMap*> sets;
      for (const auto& line : lines) sets.push_back(&line.labels);
      said_ = client::common_labels(sets);
      if (!said_->empty()) say("Common labels: " + client::LogPrinter::format_labels(*said_));
    }
    for (const auto& line : lines) {
      printer_.set_common(said_ && holds(line.labels) ? *said_ : client::LabelMap());
      printer_.print(line);
    }
    std::cout.flush();
  }
  // A live line shows all of its labels.
  void live(const std::vector<client::LogLine>& lines) {
    for (const auto& line : lines) printer_.print(line);
    std::cout.flush();
  }
  void say(const std::string& text) const {
    if (!quiet_) std::cerr << text << '\n';
  }

 private:
  bool holds(const client::LabelMap& labels) const {
    return client::common_labels({&labels, &*said_}) == *said_;
  }
  const bool quiet_, common_;
  client::LogPrinter printer_;
  std::optional<client::LabelMap> said_;
};

std::string pretty(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

int run_tail(const QueryFlags& flags, Output& output, Timestamp start) {
  const client::LiveTail tail{flags.query(), start, flags.limit, flags.delay_for};
  const Status ended = client::run_live_tail(
      flags.server.options, tail, [&](const auto& lines) { output.live(lines); },
      [&](const std::string& text) { output.say(text); });
  return report("tail", ended.error());
}

int run_metric_query(const QueryFlags& flags, client::LokiClient& client,
                     const TimeFlags::Range& range) {
  client::QueryParams params{{"query", flags.query()},
                             {"start", std::to_string(range.start)},
                             {"end", std::to_string(range.end)},
                             {"limit", std::to_string(flags.limit)}};
  if (!flags.step.empty()) params.emplace("step", flags.step);
  const auto answer = client.get("/loki/api/v1/query_range", params);
  if (!answer.ok()) return report("query", answer.error());
  std::cout << pretty((*answer)["data"]["result"]) << '\n';
  return 0;
}

int run_query(const QueryFlags& flags) {
  const auto range = flags.time.range();
  auto options = flags.output.options();
  if (!range.ok() || !options.ok()) {
    report("query", range.ok() ? options.error() : range.error());
    return kWrongUsage;
  }
  auto client = client::LokiClient::make(flags.server.options);
  if (!client.ok()) {
    report("query", client.error());
    return kWrongUsage;
  }
  Output output(flags, std::move(*options));
  if (flags.follow) return run_tail(flags, output, range->start);
  if (logql::is_metric_query(flags.query())) return run_metric_query(flags, **client, *range);
  client::LogQuery query{flags.query(), range->start,   range->end,   flags.limit,
                         flags.batch,   flags.interval, flags.forward};
  const auto done = client::run_log_query(
      **client, query, [&](const auto& lines) { output.batch(lines); },
      [&](const std::string& text) { output.say("warning: " + text); });
  if (!done.ok()) return report("query", done.error());
  if (flags.stats) std::cerr << pretty(done->stats) << '\n';
  return 0;
}

int run_instant_query(const QueryFlags& flags) {
  const auto at = parse_time_flag("--now", flags.at);
  auto client = client::LokiClient::make(flags.server.options);
  if (!at.ok() || !client.ok()) {
    report("instant-query", at.ok() ? client.error() : at.error());
    return kWrongUsage;
  }
  const auto answer =
      (*client)->get("/loki/api/v1/query", {{"query", flags.query()},
                                            {"time", std::to_string(*at)},
                                            {"limit", std::to_string(flags.limit)}});
  if (!answer.ok()) return report("instant-query", answer.error());
  std::cout << pretty((*answer)["data"]["result"]) << '\n';
  if (flags.stats) std::cerr << pretty((*answer)["data"]["stats"]) << '\n';
  return 0;
}

// Formats without a server.
int run_fmt(const QueryFlags& flags) {
  std::string text;
  for (const std::string& word : flags.words) text += (text.empty() ? "" : " ") + word;
  if (flags.words.empty()) text.assign(std::istreambuf_iterator<char>(std::cin), {});
  const auto expr = logql::parse(text);
  if (!expr.ok()) return report("fmt", expr.error());
  std::cout << logql::pretty_print(**expr) << '\n';
  return 0;
}

void add_query_flag(CLI::App& command, QueryFlags& flags) {
  command.add_option("query", flags.words, "LogQL, or words to look for in every stream")
      ->required();
}

}  // namespace

void add_query_commands(CLI::App& app, int& exit_code) {
  auto* query = app.add_subcommand("query", "Lines (or numbers) of a time range, from a server");
  auto flags = std::make_shared<QueryFlags>();
  add_query_flag(*query, *flags);
  add_time_flags(*query, flags->time);
  query->add_option("--limit", flags->limit, "Lines at most; 0: all")->capture_default_str();
  query->add_option("--batch", flags->batch, "Lines a request")->capture_default_str();
  query->add_option("--step", flags->step, "Of numbers: one every so often");
  query->add_option("--interval", flags->interval, "Lines this far apart, no others");
  query->add_flag("--forward", flags->forward, "The oldest first");
  query->add_flag("-t,--tail,-f,--follow", flags->follow, "Go on with new lines");
  query->add_option("--delay-for", flags->delay_for, "Of --tail: seconds to wait for late lines");
  query->add_flag("--stats", flags->stats, "What the query cost, on stderr");
  add_output_flags(*query, flags->output);
  add_server_flags(*query, flags->server);
  query->callback([&exit_code, flags] { exit_code = run_query(*flags); });

  auto* tail = app.add_subcommand("tail", "New lines as they come: query --tail");
  auto tail_flags = std::make_shared<QueryFlags>();
  tail_flags->follow = true;
  add_query_flag(*tail, *tail_flags);
  add_time_flags(*tail, tail_flags->time);
  tail->add_option("--limit", tail_flags->limit, "Lines from before")->capture_default_str();
  tail->add_option("--delay-for", tail_flags->delay_for, "Seconds to wait for late lines");
  add_output_flags(*tail, tail_flags->output);
  add_server_flags(*tail, tail_flags->server);
  tail->callback([&exit_code, tail_flags] { exit_code = run_query(*tail_flags); });

  auto* instant = app.add_subcommand("instant-query", "Numbers at one time, from a server");
  auto instant_flags = std::make_shared<QueryFlags>();
  add_query_flag(*instant, *instant_flags);
  instant->add_option("--now", instant_flags->at, "The time, RFC 3339")->capture_default_str();
  instant->add_option("--limit", instant_flags->limit, "")->capture_default_str();
  instant->add_flag("--stats", instant_flags->stats, "What the query cost, on stderr");
  add_server_flags(*instant, instant_flags->server);
  instant->callback([&exit_code, instant_flags] { exit_code = run_instant_query(*instant_flags); });

  auto* fmt = app.add_subcommand("fmt", "Reformats a query; reads stdin if none is given");
  auto fmt_flags = std::make_shared<QueryFlags>();
  fmt->add_option("query", fmt_flags->words, "LogQL");
  fmt->callback([&exit_code, fmt_flags] { exit_code = run_fmt(*fmt_flags); });
}

}  // namespace logsvc
