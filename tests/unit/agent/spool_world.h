// Provides a spool in memory, its pusher, and a server that answers as it is told.
#pragma once

#include <doctest/doctest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/push/pusher.h"
#include "agent/spool/spool.h"
#include "support/mem_file_system.h"
#include "wire/push_protobuf.h"

namespace logsvc::agent {

// Answers as it is told, and keeps what it accepted.
class FakePushTarget : public PushTarget {
 public:
  std::function<PushOutcome::Kind(int call)> answer = [](int) {
    return PushOutcome::Kind::kAccepted;
  };

  std::function<PushOutcome::Kind(int report)> report_answer = [](int) {
    return PushOutcome::Kind::kAccepted;
  };
  std::function<Timestamp()> server_clock;  // time in its answers; none: they have no time
  std::vector<wire::EntryRange> refused;    // named by a refusal
  bool answered = true;

  size_t too_large_over = 1u << 30;

  PushOutcome push(const PushMessage& message) override {
    const std::lock_guard lock(mutex_);
    auto kind = answer(calls_++);
    if (message.body.size() > too_large_over) kind = PushOutcome::Kind::kTooLarge;
    PushOutcome out;
    out.kind = kind;
    out.detail = "fake";
    out.answered = answered;
    if (kind == PushOutcome::Kind::kRefused) out.refused = refused;
    if (server_clock) out.server_clock = server_clock();
    if (kind == PushOutcome::Kind::kAccepted) accept(message, refused_of(out));
    if (kind == PushOutcome::Kind::kRefused && !out.refused.empty())
      accept(message, refused_of(out));
    changed_.notify_all();
    return out;
  }
  PushOutcome report(const std::string& report) override {
    const std::lock_guard lock(mutex_);
    reports_.push_back(report);
    changed_.notify_all();
    PushOutcome out;
    out.kind = report_answer(static_cast<int>(reports_.size()) - 1);
    if (server_clock) out.server_clock = server_clock();
    return out;
  }
  void cancel() override {}

  std::vector<std::string> wait_for(size_t lines) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return lines_.size() >= lines; });
    return lines_;
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  template <typename T>
  T read(const T& member) {
    const std::lock_guard lock(mutex_);
    return member;
  }
  std::vector<wire::SequenceRange> ranges() { return read(ranges_); }
  std::vector<std::string> tenants() { return read(tenants_); }
  std::set<std::string> label_texts() { return read(label_texts_); }
  // Waits up to 60 s for n reports; returns those that came.
  std::vector<std::string> wait_for_reports(size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return reports_.size() >= n; });
    return reports_;
  }
  std::string wait_for_report() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return !reports_.empty(); });
    return reports_.empty() ? "" : reports_.front();
  }
  void wait_for_calls(int n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return calls_ >= n; });
  }

 private:
  static std::set<uint64_t> refused_of(const PushOutcome& outcome) {
    std::set<uint64_t> out;
    for (const auto& range : outcome.refused) {
      for (uint64_t i = 0; i < range.count; ++i) out.insert(range.first + i);
    }
    return out;
  }
  void accept(const PushMessage& message, const std::set<uint64_t>& but) {
    wire::LabelTextCache labels;
    const auto batch = wire::decode_push_protobuf(message.body, 1 << 24, labels);
    REQUIRE(batch.ok());
    if (!message.report.empty()) {
      const auto report = wire::decode_agent_report(message.report);
      REQUIRE_MESSAGE(report.ok(), report.error().message);
      for (const auto& range : report->lines) ranges_.push_back(range);
    }
    tenants_.push_back(message.tenant);
    uint64_t number = 0;
    for (const auto& s : batch->streams) {
      label_texts_.insert(s.labels.to_string());
      for (const Entry& e : s.entries) {
        if (but.count(number++) == 0) lines_.emplace_back(e.line);
      }
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> tenants_;
  std::vector<std::string> reports_;
  std::vector<wire::SequenceRange> ranges_;
  std::set<std::string> label_texts_;
  std::vector<std::string> lines_;
  int calls_ = 0;
};

// Makes lines of one source, numbered in order.
struct Lines {
  std::string source;
  std::string position;
  std::vector<std::string> lines;
  uint64_t first_line = 1;
  std::string tenant = "";
  Labels labels = {{"job", "docker"}};
};

inline Status append(Spool& spool, const Lines& of) {
  wire::PushBuilder builder;
  for (size_t i = 0; i < of.lines.size(); ++i)
    builder.add(LabelSet::from(of.labels).to_string(), static_cast<Timestamp>(i + 1), of.lines[i]);
  std::string block;
  if (!of.lines.empty()) builder.finish(block);
  const SpoolGroup group{of.source,       of.position, of.tenant, of.first_line,
                         of.lines.size(), kSecond,     block};
  return spool.append({&group, 1});
}

inline std::vector<std::string> lines_of(const SpoolGroup& group) {
  wire::LabelTextCache labels;
  const auto batch = wire::decode_push_protobuf(std::string(group.block), 1 << 24, labels);
  REQUIRE(batch.ok());
  std::vector<std::string> out;
  for (const auto& s : batch->streams) {
    for (const Entry& e : s.entries) out.emplace_back(e.line);
  }
  return out;
}

struct SpoolWorld : ReportSource {
  wire::AgentReport report() override { return {}; }
  std::vector<wire::SourceDescription> sources() override { return containers; }

  testing::MemFileSystem files;
  SystemClock clock;
  Metrics registry;
  AgentMetrics metrics{registry};
  Diagnostics quiet{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  FakePushTarget target;
  SpoolOptions options{.max_bytes = 0, .clients = {"one"}};
  std::unique_ptr<Spool> spool = open();

  std::unique_ptr<RefusedLines> refused = open_refused({});

  std::unique_ptr<RefusedLines> open_refused(RefusedLines::Options of) {
    auto opened = RefusedLines::open(files, "/agent", std::move(of));
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    return std::move(*opened);
  }
  std::unique_ptr<Spool> open() {
    auto opened = Spool::open(files, "/agent", options);
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    return std::move(*opened);
  }
  void reopen() {
    spool.reset();
    spool = open();
  }
  std::unique_ptr<Pusher> pusher(PusherOptions o = {}) { return pusher(target, std::move(o)); }
  std::vector<wire::SourceDescription> containers;
  std::unique_ptr<Pusher> pusher(PushTarget& to, PusherOptions o = {}) {
    o.batch.bytes = 1000;
    o.batch_wait = 0;
    o.min_backoff = kMillisecond;
    o.max_backoff = 2 * kMillisecond;
    return std::make_unique<Pusher>(*spool, *refused, to, clock, metrics, quiet, std::move(o),
                                    *this);
  }
};

}  // namespace logsvc::agent
