// Holds the agent's counters.
#pragma once

#include "telemetry/metrics.h"

namespace logsvc::agent {

struct AgentMetrics {
  explicit AgentMetrics(Metrics& m)
      : registry(m),
        lines_read(m.counter("logsvc_agent_lines_read_total", "Lines read from containers")),
        bytes_read(
            m.counter("logsvc_agent_bytes_read_total", "Bytes of lines read from containers")),
        lines_sent(
            m.counter("logsvc_agent_lines_sent_total", "Lines that the server acknowledged")),
        lines_refused(m.counter("logsvc_agent_lines_dropped_total", "Lines given up",
                                {{"reason", "refused"}})),
        refused_dropped(m.counter("logsvc_agent_lines_dropped_total", "Lines given up",
                                  {{"reason", "refused_full"}})),
        kept_at_arrival(m.counter("logsvc_agent_lines_kept_at_arrival_total",
                                  "Lines ahead of the server's clock, which it kept at the time of "
                                  "their arrival")),
        lines_overrun(m.counter("logsvc_agent_lines_dropped_total", "Lines given up",
                                {{"reason", "spool_full"}})),
        pushes(m.counter("logsvc_agent_pushes_total", "Pushes that a server took")),
        lines_cut(m.counter("logsvc_agent_lines_cut_total", "Lines cut at the largest size")),
        gaps(m.counter("logsvc_agent_gaps_total",
                       "Times that Docker had rotated lines away before they were read")),
        damaged_records(m.counter("logsvc_agent_damaged_records_total",
                                  "Records of log files that cannot be read, left out")),
        stalled_streams(m.counter("logsvc_agent_stalled_streams_total",
                                  "Follow streams that had stopped silently")),
        repeats(m.counter("logsvc_agent_repeated_records_total",
                          "Records that Docker sent again, left out")),
        missed_containers(m.counter("logsvc_agent_missed_containers_total",
                                    "Containers that were removed before their log was read")),
        push_retries(m.counter("logsvc_agent_push_retries_total", "Pushes tried again")),
        spool_full_waits(m.counter("logsvc_agent_spool_full_waits_total",
                                   "Times that reading waited for room in the spool")),
        spool_lost_groups(m.counter("logsvc_agent_spool_lost_groups_total",
                                    "Groups of lines that damage of the spool cost, at start")),
        readers(m.gauge("logsvc_agent_readers", "Containers being read")) {}

  // This host's clock minus a server's, in seconds.
  Gauge& clock_offset(const std::string& client) {
    return registry.gauge("logsvc_agent_clock_offset_seconds",
                          "This host's clock minus the server's", {{"client", client}});
  }

  Metrics& registry;
  Counter& lines_read;
  Counter& bytes_read;
  Counter& lines_sent;
  Counter& lines_refused;
  Counter& refused_dropped;
  Counter& kept_at_arrival;
  Counter& lines_overrun;
  Counter& pushes;
  Counter& lines_cut;
  Counter& gaps;
  Counter& damaged_records;
  Counter& stalled_streams;
  Counter& repeats;
  Counter& missed_containers;
  Counter& push_retries;
  Counter& spool_full_waits;
  Counter& spool_lost_groups;
  Gauge& readers;
};

}  // namespace logsvc::agent
