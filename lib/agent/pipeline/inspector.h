// Implements --inspect: shows what each stage does to each line, as text; coloured for a terminal.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/pipeline/stage.h"

namespace logsvc::agent {

class Inspector : public StageObserver {
 public:
  Inspector(bool colours, std::function<void(std::string_view)> write)
      : colours_(colours), write_(std::move(write)) {}

  void before(const std::string& stage, int depth, const PipelineEntry& entry) override;
  void after(const std::string& stage, int depth, const PipelineEntry* entry) override;

 private:
  struct Open {
    std::string stage;
    PipelineEntry entry;
  };
  // sign: + added, - removed, ~ changed.
  void change(int depth, char sign, const std::string& name, const std::string& was,
              const std::string& is);
  void compare(int depth, const std::string& prefix, const Labels& was, const Labels& is);
  void compare_extracted(int depth, const Extracted& was, const Extracted& is);
  std::string painted(const char* code, const std::string& text) const;

  const bool colours_;
  const std::function<void(std::string_view)> write_;
  std::vector<Open> open_;  // stages in progress, outermost first
  bool changed_ = false;
};

}  // namespace logsvc::agent
