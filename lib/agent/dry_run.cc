#include "agent/dry_run.h"

#include <fcntl.h>
#include <unistd.h>

#include "agent/files/glob.h"
#include "agent/files/line_source.h"
#include "agent/pipeline/inspector.h"
#include "agent/pipeline/pipeline_entry.h"

namespace logsvc::agent {
namespace {

// time, labels, line; as Promtail prints them.
class PrintSink : public LineSink {
 public:
  explicit PrintSink(std::ostream& out) : out_(out) {}
  void add(const OutputLine& line) override {
    out_ << format_rfc3339(line.timestamp) << '\t' << line.labels << '\t';
    for (const LabelView& m : line.metadata) out_ << m.name << '=' << m.value << ' ';
    if (!line.metadata.empty()) out_ << '\t';
    if (!line.tenant.empty()) out_ << "tenant=" << line.tenant << '\t';
    out_ << line.line << '\n';
  }

 private:
  std::ostream& out_;
};

class DryRun {
 public:
  DryRun(const DryRunOptions& options, const Clock& clock, std::ostream& out)
      : options_(options),
        clock_(clock),
        sink_(out),
        inspector_(options.colours, [&out](std::string_view text) { out << text; }) {}

  Status run_job(const ScrapeConfig& config, const Job& job) {
    if (options_.lines) return run_stream(job);
    for (const StaticConfig& target : config.files) RETURN_IF_ERROR(run_target(job, target));
    return {};
  }

 private:
  StageObserver* observer() { return options_.inspect ? &inspector_ : nullptr; }

  void add(TargetPipeline& pipeline, std::string_view text) {
    pipeline.process({++sequence_, clock_.now(), text}, clock_.steady_ns(), sink_);
  }

  Status run_stream(const Job& job) {
    const auto pipeline = job.open({{"__address__", "stdin"}, {"job", job.name()}}, {}, observer());
    if (!pipeline) return {};
    std::string line;
    while (std::getline(*options_.lines, line)) add(*pipeline, line);
    pipeline->flush_all(sink_);
    options_.lines->clear();
    options_.lines->seekg(0);
    return {};
  }

  Status run_target(const Job& job, const StaticConfig& target) {
    const auto labels = job.relabel(target.labels);
    const std::string* pattern = labels ? find_label(*labels, "__path__") : nullptr;
    if (!pattern) return {};
    for (const std::string& path : glob_files(*pattern)) {
      const auto pipeline = job.open(target.labels, {{"filename", path}}, observer());
      if (!pipeline) continue;
      RETURN_IF_ERROR(run_file(*pipeline, path));
    }
    return {};
  }

  Status run_file(TargetPipeline& pipeline, const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Error{ErrorCode::kIo, "cannot open " + path};
    const Compression compression = path.ends_with(".gz") ? Compression::kGzip : Compression::kNone;
    const auto read_all = [&]() -> Status {
      ASSIGN_OR_RETURN(auto bytes, open_bytes(fd, compression, 0));
      LineSource lines(std::move(bytes), 0);
      const auto on_line = [&](std::string_view text, uint64_t) { add(pipeline, text); };
      while (true) {
        ASSIGN_OR_RETURN(const bool more, lines.read(1u << 20, on_line));
        if (!more) break;
      }
      lines.finish(on_line);
      pipeline.flush_all(sink_);
      return {};
    };
    const Status status = read_all();
    ::close(fd);
    return status;
  }

  const DryRunOptions& options_;
  const Clock& clock_;
  PrintSink sink_;
  Inspector inspector_;
  uint64_t sequence_ = 0;
};

}  // namespace

Status dry_run(const PromtailConfig& config, const DryRunOptions& options, const Clock& clock,
               Metrics& metrics, Diagnostics& diagnostics, std::ostream& out) {
  const PipelineContext context{clock, metrics, diagnostics, options.host};
  std::vector<std::string> warnings = config.warnings;
  ASSIGN_OR_RETURN(const auto jobs, compile_jobs(config, context, warnings));
  for (const std::string& warning : warnings) out << "# " << warning << '\n';
  DryRun run(options, clock, out);
  for (size_t i = 0; i < jobs.size(); ++i) {
    RETURN_IF_ERROR(run.run_job(config.scrapes[i], *jobs[i]));
  }
  return {};
}

}  // namespace logsvc::agent
