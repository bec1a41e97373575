#include "agent/journald/journal_target.h"

#include <algorithm>
#include <cctype>
#include <chrono>

#include "agent/pipeline/pipeline_entry.h"
#include "base/json_text.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxPipelines = 1000;  // label sets at once
constexpr int kEntriesACommit = 500;
constexpr Duration kWait = 250 * kMillisecond;

const char* const kPriorities[] = {"emerg",   "alert",  "crit", "error",
                                   "warning", "notice", "info", "debug"};

std::string value_of(const JournalEntry& entry, std::string_view name) {
  for (const auto& [field, value] : entry.fields) {
    if (field == name) return value;
  }
  return "";
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

JournalLines::JournalLines(std::shared_ptr<const Job> job, JournalConfig config, LineStore& store,
                           const Clock& clock)
    : job_(std::move(job)),
      config_(std::move(config)),
      store_(store),
      clock_(clock),
      source_("journal/" + job_->name()),
      committed_(store.position(source_)) {}

Labels JournalLines::discovered(const JournalEntry& entry) const {
  Labels out = config_.labels;
  for (const auto& [field, value] : entry.fields) {
    std::string name = "__journal_";
    for (const char c : field) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    set_label(out, name, value);
    if (field == "PRIORITY" && value.size() == 1 && value[0] >= '0' && value[0] <= '7') {
      set_label(out, "__journal_priority_keyword", kPriorities[value[0] - '0']);
    }
  }
  return out;
}

TargetPipeline* JournalLines::pipeline_of(const Labels& labels) {
  auto after = job_->relabel(labels);
  if (!after) return nullptr;
  std::erase_if(*after, [](const Label& label) { return label.name.starts_with("__"); });
  const auto known = pipelines_.find(*after);
  if (known != pipelines_.end()) return known->second.get();
  if (pipelines_.size() >= kMaxPipelines) {
    for (auto& [set, pipeline] : pipelines_) pipeline->flush_all(store_.sink());
    pipelines_.clear();
  }
  return pipelines_.emplace(std::move(*after), job_->open(labels)).first->second.get();
}

void JournalLines::add(const JournalEntry& entry) {
  cursors_.emplace_back(++sequence_, entry.cursor);
  const std::string line = config_.json ? as_json(entry) : value_of(entry, "MESSAGE");
  if (line.empty()) return;
  if (TargetPipeline* pipeline = pipeline_of(discovered(entry))) {
    pipeline->process({sequence_, entry.time, line}, clock_.steady_ns(), store_.sink());
  }
}

void JournalLines::flush_due() {
  for (auto& [labels, pipeline] : pipelines_) {
    pipeline->flush_due(clock_.steady_ns(), store_.sink());
  }
}

int64_t JournalLines::paused_until() const {
  int64_t until = 0;
  for (const auto& [labels, pipeline] : pipelines_) {
    until = std::max(until, pipeline->paused_until());
  }
  return until;
}

bool JournalLines::commit() {
  uint64_t held = UINT64_MAX;
  for (const auto& [labels, pipeline] : pipelines_) {
    held = std::min(held, pipeline->oldest_held().value_or(UINT64_MAX));
  }
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

JournalTarget::JournalTarget(std::shared_ptr<const Job> job, JournalConfig config,
                             std::string start, LineStore& store, const Clock& clock,
                             Diagnostics& diagnostics)
    : job_(std::move(job)),
      config_(std::move(config)),
      start_(std::move(start)),
      store_(store),
      clock_(clock),
      diagnostics_(diagnostics),
      thread_([this] { run(); }) {}

JournalTarget::~JournalTarget() {
  stop_ = true;
  thread_.join();
}

void JournalTarget::run() {
  while (!stop_) {
    auto journal = open_journal({config_.path, config_.matches});
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

void JournalTarget::read(JournalReader& journal) {
  JournalLines lines(job_, config_, store_, clock_);  // anew: what was held back is read again
  std::string cursor = store_.position(lines.source());
  if (cursor.empty()) cursor = start_;
  const bool found = !cursor.empty() && journal.seek_behind(cursor);
  if (!cursor.empty() && !found) {
    diagnostics_.warn("agent", "the journal's entries were rotated away before they were read",
                      {{"source", lines.source()}});
  }
  if (!found) journal.seek_time(clock_.now() - config_.max_age);
  JournalEntry entry;
  while (!stop_) {
    int read = 0;
    for (; read < kEntriesACommit && !stop_; ++read) {
      const auto more = journal.next(entry);
      if (!more.ok()) {
        diagnostics_.warn("agent", "the journal cannot be read on",
                          {{"why", more.error().message}});
        return;
      }
      if (!*more) break;
      lines.add(entry);
      if (lines.paused_until() > clock_.steady_ns()) break;
    }
    lines.flush_due();
    if (!lines.commit()) return;
    wait_until(lines.paused_until());
    if (read == 0) journal.wait(kWait);
  }
}

}  // namespace logsvc::agent
