// Line → labels, time and text, without configuration: Winston and its kin are understood.
//
// Labels: job="docker", host, service (JSON field, else compose service, else container name),
// level (normalised, if there is one), container, stream, compose_project. The line stays as it is.
// One container, one thread.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "agent/docker/docker_client.h"
#include "agent/docker/log_frame_decoder.h"
#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::agent {

struct PipelineLine {
  LabelSet labels;
  Timestamp timestamp = 0;
  std::string_view line;  // of the input
};

class Pipeline {
 public:
  Pipeline(const std::string& host, const Container& container);

  PipelineLine process(OutputStream stream, Timestamp docker_time, std::string_view line);

 private:
  const LabelSet& labels_for(OutputStream stream, std::string_view service, std::string_view level);

  const std::string host_;
  const std::string container_;
  std::string service_;  // without a JSON field
  std::string project_;
  // Label sets by stream, service and level.
  std::map<std::string, LabelSet, std::less<>> cache_;
  std::string key_;
};

// The time of the event within the millisecond that Docker saw it, if the line says a credible one:
// the order of lines of one millisecond is then Docker's, the same on every try.
Timestamp event_time(std::string_view text, bool is_number, Timestamp docker_time);

}  // namespace logsvc::agent
