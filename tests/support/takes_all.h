// Is a sink that takes every batch and keeps none.
#pragma once

#include <memory>
#include <utility>

#include "model/log_source.h"

namespace logsvc::testing {

class TakesAll : public LogSink {
 public:
  Result<Appended> append(std::shared_ptr<const Batch> batch) override {
    return Appended{std::move(batch), 0};
  }
};

}  // namespace logsvc::testing
