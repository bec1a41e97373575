// Defines a stage, and a chain of stages.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/pipeline/pipeline_entry.h"
#include "base/result.h"

namespace logsvc::agent {

// Passes an entry on behind a stage. Borrows its target for the time of a call.
class Next {
 public:
  template <typename Target>
  explicit Next(Target& target)
      : target_(&target), call_([](void* t, PipelineEntry& e) { (*static_cast<Target*>(t))(e); }) {}
  void operator()(PipelineEntry& entry) const { call_(target_, entry); }

 private:
  void* target_;
  void (*call_)(void*, PipelineEntry&);
};

// A stage of one target's pipeline. One thread at a time.
class Stage {
 public:
  static constexpr int64_t kNever = INT64_MAX;
  virtual ~Stage() = default;

  // Changes the entry, in most stages. Returns false if it goes no further.
  virtual bool run(PipelineEntry& entry) = 0;

  // Returns true for stages that hold entries back or replace them; these pass entries on
  // themselves.
  virtual bool passes_on() const { return false; }
  virtual void process(PipelineEntry& entry, const Next& next) {
    if (run(entry)) next(entry);
  }
  // See TargetPipeline.
  virtual void flush_due(int64_t, const Next&) {}
  virtual void flush_all(const Next&) {}
  virtual int64_t next_due() const { return kNever; }
  virtual std::optional<uint64_t> oldest_held() const { return {}; }
  virtual int64_t paused_until() const { return 0; }
};

// Watches the stages, for --inspect.
class StageObserver {
 public:
  virtual ~StageObserver() = default;
  // depth: 0 for the stages of the job, 1 for those inside a match, …
  virtual void before(const std::string& stage, int depth, const PipelineEntry& entry) = 0;
  // entry is null if the stage let nothing through.
  virtual void after(const std::string& stage, int depth, const PipelineEntry* entry) = 0;
};

class StageChain {
 public:
  struct Named {
    std::string name;
    std::unique_ptr<Stage> stage;
  };
  StageChain(std::vector<Named> stages, StageObserver* observer, int depth)
      : stages_(std::move(stages)), observer_(observer), depth_(depth) {}

  void process(PipelineEntry& entry, const Next& out) { run_from(0, entry, out); }
  void flush_due(int64_t steady_ns, const Next& out);
  void flush_all(const Next& out);
  int64_t next_due() const;
  std::optional<uint64_t> oldest_held() const;
  int64_t paused_until() const;

 private:
  void run_from(size_t at, PipelineEntry& entry, const Next& out);
  // Calls use(stage, where its entries go) for every stage, starting with the first.
  template <typename Use>
  void each(const Next& out, Use use);

  std::vector<Named> stages_;
  StageObserver* const observer_;
  const int depth_;
};

// Makes the stage for one target's pipeline; the pipelines share the compiled parts. Any thread.
using StageFactory = std::function<std::unique_ptr<Stage>(StageObserver*, int depth)>;

// Holds compiled stages. Immutable.
class StageProgram {
 public:
  struct Named {
    std::string name;
    StageFactory make;
  };
  StageProgram() = default;
  explicit StageProgram(std::vector<Named> stages) : stages_(std::move(stages)) {}
  std::unique_ptr<StageChain> instantiate(StageObserver* observer, int depth) const;
  size_t size() const { return stages_.size(); }

 private:
  std::vector<Named> stages_;
};

}  // namespace logsvc::agent
