// The agent's disk queue, one for all clients (servers): each has its own place in it, and a slow
// one does not hold up the others. What every client was given is trimmed.
//
// On disk: DIR/spool, a journal of groups (spool_group.h); DIR/acks/CLIENT, how far each client has
// come; DIR/positions.json, a checkpoint of the sources' positions, written before groups that
// have them are trimmed. Safe from several threads; a reader is for one.
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
  // Lines that a client loses because the spool is full while another client has had them.
  std::function<void(size_t client, uint64_t lines)> on_dropped = [](size_t, uint64_t) {};
  // At the start: what of the spool is corrupt or missing, and how many groups of lines that cost,
  // as far as is known.
  std::function<void(const std::string& what, uint64_t groups)> on_lost = [](const std::string&,
                                                                             uint64_t) {};
};

// The place in a source, behind the last line in the spool.
struct SourceState {
  std::string position;  // empty: never seen
  uint64_t lines = 0;    // number of its last line
};

class Spool {
 public:
  // kCorrupt, naming the file, if the positions cannot be read.
  static Result<std::unique_ptr<Spool>> open(FileSystem& files, const std::string& dir,
                                             SpoolOptions options);

  // All or nothing. kNoSpace when the spool is full of lines that no client has been given: the
  // caller waits, and the source keeps the rest.
  Status append(std::span<const SpoolGroup> groups);

  SourceState state(const std::string& source) const;
  // Sources whose key begins so, without another / behind, and is not in the set are forgotten, if
  // nothing waits.
  void forget_absent(const std::string& prefix, const std::set<std::string>& present);

  class Reader {
   public:
    // The next group (views live until the next call); false: none yet.
    Result<bool> next(SpoolGroup& group);
    uint64_t sequence() const { return journal_reader_->sequence(); }

   private:
    friend class Spool;
    std::unique_ptr<journal::Journal::Reader> journal_reader_;
  };
  std::unique_ptr<Reader> reader(size_t client) const;
  // What was appended survives a power cut when this returns.
  Status sync() { return journal_->sync(); }
  // The client has been given all up to the sequence, `lines` more lines than at the last call.
  Status acknowledge(size_t client, uint64_t sequence, uint64_t lines);

  // A random id of this data directory: with it goes the numbering of lines.
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
  // Frees the oldest segment, though slow clients have not had it. False: nobody has.
  bool make_room();
  // Trims what all clients have had.
  Status release();
  uint64_t least_acknowledged() const REQUIRES(mutex_);

  FileSystem& files_;
  const std::string dir_;
  const SpoolOptions options_;
  std::string agent_id_;
  std::unique_ptr<journal::Journal> journal_;
  Mutex release_mutex_;  // one trims at a time; locked before mutex_
  mutable Mutex mutex_;
  std::map<std::string, SourceState, std::less<>> sources_ GUARDED_BY(mutex_);
  std::vector<Client> clients_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::agent
