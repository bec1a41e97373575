// The agent's disk queue for all clients (servers). Each client has its own place in it, so a slow
// one does not delay the others. Groups that every client was given are removed.
//
// On disk: DIR/spool, a journal of groups (spool_group.h); DIR/acks/CLIENT, how far each client has
// come; DIR/positions.json, a checkpoint of the sources' positions, written before the groups that
// contain them are removed. Safe from several threads; a reader is for one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/spool/spool_group.h"
#include "base/mutex.h"
#include "base/result.h"
#include "journal/journal.h"
#include "journal/place_file.h"

namespace logsvc::agent {

struct SpoolOptions {
  uint64_t max_bytes = 1u << 30;
  uint64_t segment_bytes = 4u << 20;
  std::vector<std::string> clients;  // their names; none: lines wait
  // Called with lines that a client loses because the spool is full while another client has
  // received them.
  std::function<void(size_t client, uint64_t lines)> on_dropped = [](size_t, uint64_t) {};
  // Called at the start with what is corrupt or missing in the spool, and how many groups of lines
  // that cost, as far as known.
  std::function<void(const std::string& what, uint64_t groups)> on_lost = [](const std::string&,
                                                                             uint64_t) {};
};

// The place in a source behind its last line in the spool.
struct SourceState {
  std::string position;  // empty: never seen
  uint64_t lines = 0;    // number of its last line
};

class Spool {
 public:
  // Returns kCorrupt, naming the file, if the positions cannot be read.
  static Result<std::unique_ptr<Spool>> open(FileSystem& files, const std::string& dir,
                                             SpoolOptions options);

  // Appends all groups or none. Returns kNoSpace when the spool is full of lines that no client was
  // given: the caller waits, and the source keeps the rest.
  Status append(std::span<const SpoolGroup> groups);

  SourceState state(const std::string& source) const;
  // Forgets sources whose key begins with the prefix, has no further / after it and is not in the
  // set, unless lines wait to be sent.
  void forget_absent(const std::string& prefix, const std::set<std::string>& present);

  class Reader {
   public:
    // Reads the next group (views live until the next call). Returns false if there is none yet.
    Result<bool> next(SpoolGroup& group);
    uint64_t sequence() const { return journal_reader_->sequence(); }

   private:
    friend class Spool;
    std::unique_ptr<journal::Journal::Reader> journal_reader_;
  };
  std::unique_ptr<Reader> reader(size_t client) const;
  // Makes what was appended survive a power cut.
  Status sync() { return journal_->sync(); }
  // Notes that the client was given everything up to the sequence, `lines` more lines than at the
  // last call.
  Status acknowledge(size_t client, uint64_t sequence, uint64_t lines);

  // Returns a random id of this data directory; line numbers belong to it.
  const std::string& agent_id() const { return agent_id_; }
  uint64_t size_bytes() const { return journal_->size_bytes(); }
  uint64_t waiting_lines(size_t client) const;

 private:
  struct Client {
    std::unique_ptr<journal::PlaceFile> ack;
    uint64_t acknowledged = 0;
    uint64_t waiting_lines = 0;
  };
  Spool(FileSystem& files, std::string dir, SpoolOptions options)
      : files_(files), dir_(std::move(dir)), options_(std::move(options)) {}
  Status load();
  Status load_positions() REQUIRES(mutex_);
  Status open_acks() REQUIRES(mutex_);
  Status load_groups() REQUIRES(mutex_);
  Status save_positions();
  // Frees the oldest segment although slow clients have not received it. Returns false if no client
  // has.
  bool make_room();
  // Removes what all clients have received.
  Status release();
  uint64_t least_acknowledged() const REQUIRES(mutex_);

  FileSystem& files_;
  const std::string dir_;
  const SpoolOptions options_;
  std::string agent_id_;
  std::unique_ptr<journal::Journal> journal_;
  Mutex release_mutex_;  // allows one removal at a time; locked before mutex_
  mutable Mutex mutex_;
  std::map<std::string, SourceState, std::less<>> sources_ GUARDED_BY(mutex_);
  std::vector<Client> clients_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::agent
