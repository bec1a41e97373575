// Sends lines through the pipeline of a job, and gives texts that tests compare.
#pragma once

#include <string>
#include <vector>

#include "agent/jobs/job.h"
#include "agent/pipeline/output_limits.h"
#include "agent/promtail/parse_config.h"
#include "support/fake_clock.h"

namespace logsvc::testing {

// Keeps entries as `2026-01-01T13:00:00Z {a="1"} line`, with metadata as [name=value] and a tenant
// as <tenant> behind the labels; line ends are shown as \n.
class TextSink : public agent::LineSink {
 public:
  void add(const agent::OutputLine& line) override {
    std::string text = format_rfc3339(line.timestamp) + ' ' + std::string(line.labels);
    for (const LabelView& m : line.metadata) {
      text += " [" + std::string(m.name) + '=' + std::string(m.value) + ']';
    }
    if (!line.tenant.empty()) text += " <" + std::string(line.tenant) + '>';
    text += ' ';
    for (const char c : line.line) {
      if (c == '\n') {
        text += "\\n";
      } else {
        text += c;
      }
    }
    texts.push_back(std::move(text));
  }
  std::vector<std::string> texts;
};

// Makes a job from a piece of a scrape config, with everything that it borrows.
struct TestJob {
  FakeClock clock{*parse_rfc3339("2026-01-01T13:00:00Z")};
  Metrics metrics;
  Diagnostics diagnostics{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  std::vector<std::string> warnings;
  std::shared_ptr<const agent::Job> job;
  std::string fault;             // instead of a job
  agent::DockerSdConfig docker;  // the first of docker_sd_configs

  // yaml has keys of a scrape config (pipeline_stages, relabel_configs, …) in block form.
  explicit TestJob(const std::string& yaml, const std::string& top = "") {
    std::string text = "scrape_configs:\n- job_name: test\n";
    for (size_t at = 0; at < yaml.size();) {
      const size_t end = std::min(yaml.find('\n', at), yaml.size());
      text += "  " + yaml.substr(at, end - at) + '\n';
      at = end + 1;
    }
    const auto config = agent::parse_promtail_config("test.yaml", text + top, {});
    if (!config.ok()) {
      fault = config.error().message;
      return;
    }
    warnings = config->warnings;
    if (!config->scrapes.at(0).docker.empty()) docker = config->scrapes[0].docker[0];
    const agent::PipelineContext context{clock, metrics, diagnostics, "h1"};
    auto limits = std::make_shared<agent::OutputLimits>(config->limits, metrics);
    auto made = agent::Job::compile(config->scrapes.at(0), limits, context, warnings);
    if (made.ok()) {
      job = *made;
    } else {
      fault = made.error().message;
    }
  }

  // Each line comes a millisecond after the one before.
  std::vector<std::string> run(const Labels& discovered, const std::vector<std::string>& lines) {
    TextSink sink;
    const auto pipeline = job->open(discovered);
    if (!pipeline) return {"dropped"};
    uint64_t sequence = 0;
    for (const std::string& line : lines) {
      pipeline->process({++sequence, clock.now(), line}, clock.steady_ns(), sink);
      clock.advance(kMillisecond);
    }
    pipeline->flush_all(sink);
    return sink.texts;
  }
};

}  // namespace logsvc::testing
