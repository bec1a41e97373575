#include "store/common/store_metrics.h"

namespace logsvc::store {

StoreMetrics::StoreMetrics(Metrics& m)
    : entries(m.counter("logsvc_store_entries_total", "Entries accepted")),
      line_bytes(m.counter("logsvc_store_line_bytes_total", "Bytes of lines accepted")),
      duplicates(m.counter("logsvc_store_duplicate_entries_total",
                           "Exact duplicates of entries in memory, left out")),
      sealed_files(m.counter("logsvc_store_sealed_files_total", "Chunk files written")),
      seal_failures(
          m.counter("logsvc_store_seal_failures_total", "Failed tries to write a chunk file")),
      plain_blocks(m.counter("logsvc_store_plain_blocks_total",
                             "Blocks kept as plain lines since their templates did not verify")),
      damaged_reads(m.counter("logsvc_store_damaged_reads_total",
                              "Blocks that a query had to leave out since they do not verify")),
      expired_entries(
          m.counter("logsvc_store_expired_entries_total", "Entries deleted by retention")),
      quarantined_files(m.counter("logsvc_store_quarantined_files_total",
                                  "Files set aside since they do not verify")),
      replayed_records(
          m.counter("logsvc_store_replayed_records_total", "Journal records read at start")),
      lost_records(m.counter("logsvc_store_lost_journal_records_total",
                             "Acknowledged journal records that are damaged or missing")),
      missing_files(m.counter("logsvc_store_missing_files_total",
                              "Chunk files that the index names and that are not there")),
      joined_files(m.counter("logsvc_store_joined_files_total",
                             "Small chunk files that were joined into larger ones")),
      joined_duplicates(m.counter("logsvc_store_joined_duplicate_entries_total",
                                  "Exact duplicates left out when files were joined")),
      rewrite_failures(m.counter("logsvc_store_rewrite_failures_total",
                                 "Failed tries to join or rewrite chunk files")),
      capped_entries(m.counter("logsvc_store_capped_entries_total",
                               "Entries deleted since the disk or the size cap was full")),
      deleted_entries(
          m.counter("logsvc_store_deleted_entries_total", "Entries deleted by delete requests")),
      refused_streams(m.counter("logsvc_store_refused_stream_pushes_total",
                                "Pushes refused since they would make too many streams")),
      index_rebuilds(m.counter("logsvc_store_index_rebuilds_total",
                               "Times the index was built anew from the chunk files")) {}

}  // namespace logsvc::store
