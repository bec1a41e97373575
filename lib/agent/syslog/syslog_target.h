// Receives a job's syslog through connections or datagrams and takes the messages into the store.
// One thread.
//
// Input is limited: messages by max_message_length, connections by number and by how long they are
// silent; while the store is full nothing is read. A message is safe when the store has it. The
// messages in an open multi-line block are lost if the process is killed, since nobody sends them
// again.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "agent/files/line_store.h"
#include "agent/jobs/labelled_pipelines.h"
#include "agent/syslog/framing.h"
#include "agent/syslog/message.h"
#include "net/listen_socket.h"
#include "net/tls_server.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// Uses Promtail's names where they exist. Safe from several threads.
struct SyslogMetrics {
  explicit SyslogMetrics(Metrics& m);
  Counter& entries;
  Counter& parsing_errors;
  Counter& empty_messages;
  Counter& too_long;
  Counter& without_labels;
  Counter& connections_refused;
  Counter& datagrams_lost;
};

class SyslogTarget {
 public:
  struct Context {
    LineStore& store;  // only for this target
    const Clock& clock;
    SyslogMetrics& metrics;
    Diagnostics& diagnostics;
  };
  // Listens and starts the thread. Borrows what is in the context. names_hosts: the label
  // __syslog_connection_hostname is used, which needs DNS. Returns kUnavailable if the address is
  // in use, kInvalid if a certificate cannot be used.
  static Result<std::unique_ptr<SyslogTarget>> open(std::shared_ptr<const Job> job,
                                                    SyslogConfig config, bool names_hosts,
                                                    const Context& context);
  ~SyslogTarget();

  int port() const { return socket_->port(); }
  size_t connections() const { return connection_count_; }

 private:
  struct Peer {
    std::unique_ptr<net::Connection> connection;
    SyslogFraming framing;
    std::string address;
    int64_t heard_ns = 0;
  };
  SyslogTarget(std::shared_ptr<const Job> job, SyslogConfig config, bool names_hosts,
               const Context& context);
  void run();
  void wait();
  void accept_all();
  // Returns false when the connection has ended.
  bool read(Peer& peer);
  void read_datagrams();
  void add(std::string_view text, const std::string& address);
  Labels discovered(const SyslogMessage& message, const std::string& address);
  const std::string& host_of(const std::string& address);
  // Makes what was added safe. Returns false when stopping.
  bool commit();

  const std::shared_ptr<const Job> job_;
  const SyslogConfig config_;
  const SyslogFormat format_;
  const bool names_hosts_;
  const Context context_;
  const std::string source_;
  std::shared_ptr<net::TlsServer> tls_;  // null: not encrypted
  std::unique_ptr<net::ListenSocket> socket_;
  int wake_fd_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<size_t> connection_count_{0};
  // Only for the thread.
  std::string buffer_;
  bool more_ = false;  // a connection has more than one turn allowed
  LabelledPipelines pipelines_;
  std::list<Peer> peers_;
  std::map<std::string, std::string> host_names_;  // by address
  uint64_t sequence_ = 0;
  bool added_ = false;
  std::thread thread_;
};

}  // namespace logsvc::agent
