// Prints what would be sent in Promtail's format: time, labels, metadata, line.
#pragma once

#include <ostream>

#include "agent/pipeline/target_pipeline.h"

namespace logsvc::agent {

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

}  // namespace logsvc::agent
