#include "agent/journald/journal_target.h"

#include <algorithm>
#include <chrono>

#include "agent/pipeline/pipeline_entry.h"
#include "base/any_case.h"
#include "base/json_text.h"

namespace logsvc::agent {
namespace {

constexpr int kEntriesACommit = 500;
constexpr Duration kWait = 250 * kMillisecond;

const char* const kPriorities[] = {"emerg",   "alert",  "crit", "error",
                                   "warning", "notice", "info", "debug"};

// Returns nullptr if the entry has no such field.
const std::string* value_of(const JournalEntry& entry, std::string_view name) {
  for (const auto& [field, value] : entry.fields) {
    if (field == name) return &value;
  }
  return nullptr;
}

std::string as_json(const JournalEntry& entry) {
  auto fields = entry.fields;
  std::sort(fields.begin(), fields.end());
  std::string out = "{";
  for (const auto& [name, value] : fields) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name, JsonEscapes::kGo);
    out += ':';
    append_json_string(out, value, JsonEscapes::kGo);
  }
  return out + "}";
}

}  // namespace

JournalMetrics::JournalMetrics(Metrics& m)
    : lines(m.counter("promtail_journal_target_lines_total", "Lines read from journals")),
      without_message(m.counter("promtail_journal_target_parsing_errors_total",
                                "Entries of journals that give no line",
                                {{"error", "no_message"}})),
      without_labels(m.counter("promtail_journal_target_parsing_errors_total",
                               "Entries of journals that give no line",
                               {{"error", "empty_labels"}})) {}

JournalLines::JournalLines(std::shared_ptr<const Job> job, JournalConfig config, LineStore& store,
                           const Clock& clock, JournalMetrics& metrics)
    : job_(std::move(job)),
      config_(std::move(config)),
      store_(store),
      clock_(clock),
      metrics_(metrics),
      source_("journal/" + job_->name()),
      pipelines_(job_),
      committed_(store.position(source_)) {}

Labels JournalLines::discovered(const JournalEntry& entry) const {
  Labels out = config_.labels;
  for (const auto& [field, value] : entry.fields) {
    set_label(out, "__journal_" + ascii_lowered(field), value);
    if (field == "PRIORITY") {
      const bool known = value.size() == 1 && value[0] >= '0' && value[0] <= '7';
      set_label(out, "__journal_priority_keyword", known ? kPriorities[value[0] - '0'] : value);
    }
  }
  return out;
}

void JournalLines::add(const JournalEntry& entry) {
  cursors_.emplace_back(++sequence_, entry.cursor);
  const std::string* message = value_of(entry, "MESSAGE");
  if (!config_.json && !message) {
    metrics_.without_message.add();
    return;
  }
  const std::string line = config_.json ? as_json(entry) : *message;
  TargetPipeline* const pipeline = pipelines_.of(discovered(entry), store_.sink());
  if (!pipeline) {  // servers refuse lines without labels, and Promtail sends none
    metrics_.without_labels.add();
    return;
  }
  metrics_.lines.add();
  pipeline->process({sequence_, entry.time, line}, clock_.steady_ns(), store_.sink());
}

void JournalLines::flush_due() { pipelines_.flush_due(clock_.steady_ns(), store_.sink()); }

int64_t JournalLines::paused_until() const { return pipelines_.paused_until(); }

bool JournalLines::commit() {
  const uint64_t held = pipelines_.oldest_held().value_or(UINT64_MAX);
  std::string place = committed_;
  while (!cursors_.empty() && cursors_.front().first < held) {
    place = std::move(cursors_.front().second);
    cursors_.pop_front();
  }
  if (place == committed_) return true;
  if (!store_.commit(source_, place)) return false;
  committed_ = std::move(place);
  return true;
}

JournalTarget::JournalTarget(std::shared_ptr<const Job> job, Options options, LineStore& store,
                             const Clock& clock, JournalMetrics& metrics, Diagnostics& diagnostics)
    : job_(std::move(job)),
      options_(std::move(options)),
      store_(store),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      thread_([this] { run(); }) {}

JournalTarget::~JournalTarget() {
  stop_ = true;
  thread_.join();
}

void JournalTarget::run() {
  while (!stop_) {
    auto journal = open_journal({options_.config.path, options_.config.matches});
    if (journal.ok()) {
      read(**journal);
    } else {
      diagnostics_.warn("agent", "the journal is not read", {{"why", journal.error().message}});
    }
    for (int i = 0; i < 100 && !stop_; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

void JournalTarget::wait_until(int64_t steady_ns) const {
  while (!stop_ && clock_.steady_ns() < steady_ns) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void JournalTarget::report_position(const std::string& source) const {
  const std::string cursor = store_.position(source);
  if (options_.on_position && !cursor.empty()) options_.on_position(cursor);
}

void JournalTarget::read(JournalReader& journal) {
  JournalLines lines(job_, options_.config, store_, clock_,
                     metrics_);  // starts anew: held lines are read again
  std::string cursor = store_.position(lines.source());
  if (cursor.empty()) cursor = options_.start;
  const bool found = !cursor.empty() && journal.seek_behind(cursor);
  if (!cursor.empty() && !found) {
    diagnostics_.warn("agent", "the journal's entries were rotated away before they were read",
                      {{"source", lines.source()}});
  }
  if (!found) journal.seek_time(clock_.now() - options_.config.max_age);
  JournalEntry entry;
  int64_t next_report = 0;
  while (!stop_) {
    int read = 0;
    for (; read < kEntriesACommit && !stop_; ++read) {
      const auto more = journal.next(entry);
      if (!more.ok()) {
        diagnostics_.warn("agent", "the journal cannot be read on",
                          {{"why", more.error().message}});
        report_position(lines.source());
        return;
      }
      if (!*more) break;
      lines.add(entry);
      if (lines.paused_until() > clock_.steady_ns()) break;
    }
    lines.flush_due();
    if (!lines.commit()) break;
    if (clock_.steady_ns() >= next_report) {
      report_position(lines.source());
      next_report = clock_.steady_ns() + options_.sync_period;
    }
    wait_until(lines.paused_until());
    if (read == 0) journal.wait(kWait);
  }
  report_position(lines.source());
}

}  // namespace logsvc::agent
