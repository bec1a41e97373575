#include "http/tls_context.h"

#include <openssl/err.h>

#include <array>
#include <utility>

#include "http/tls_stream.h"
#include "tls/certificate.h"

namespace logsvc::http {
namespace {

Error file_error(const std::string& path, const std::string& what) {
  return invalid(path + ": " + what + ": " + tls::take_tls_error("cannot be read"));
}

// Without this the library would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

// Clients that offer protocols must offer ours.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 18> kOurs = {
      8, 'h', 't', 't', 'p', '/', '1', '.', '1', 8, 'h', 't', 't', 'p', '/', '1', '.', '0'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kOurs.data(), kOurs.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_rules(SSL_CTX& context) {
  SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                    SSL_OP_PRIORITIZE_CHACHA);
  // A write that is tried again may come from elsewhere in memory. A connection that is not being
  // read has no buffers.
  SSL_CTX_set_mode(&context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_RELEASE_BUFFERS);
  // One call reads one record: a peer that sends others than data does not keep a thread busy.
  SSL_CTX_clear_mode(&context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_alpn_select_cb(&context, select_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(&context, no_passphrase);
  // Tickets keep sessions, at the clients; nothing is kept here.
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  static constexpr unsigned char kName[] = "logsvc";
  SSL_CTX_set_session_id_context(&context, kName, sizeof kName - 1);
}

Status use_client_ca(SSL_CTX& context, const std::string& path) {
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(path.c_str());
  if (!names || SSL_CTX_load_verify_file(&context, path.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return file_error(path, "no certificates of authorities");
  }
  SSL_CTX_set_client_CA_list(&context, names);
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
  return {};
}

Status use_files(SSL_CTX& context, const TlsFiles& files) {
  ERR_clear_error();
  const std::string &certificate = files.certificate, &key = files.key;
  if (!certificate.empty() &&
      SSL_CTX_use_certificate_chain_file(&context, certificate.c_str()) != 1) {
    return file_error(certificate, "no certificate");
  }
  if (!key.empty() && SSL_CTX_use_PrivateKey_file(&context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return file_error(key, "no key of the certificate, or one with a passphrase");
  }
  return files.client_ca.empty() ? Status() : use_client_ca(context, files.client_ca);
}

Result<tls::ContextPtr> make_context(const TlsFiles& files) {
  tls::ContextPtr out(SSL_CTX_new(TLS_server_method()));
  if (!out) return Error{ErrorCode::kIo, "out of memory for TLS"};
  set_rules(*out);
  RETURN_IF_ERROR(use_files(*out, files));
  return out;
}

}  // namespace

Status check_tls_files(const TlsFiles& files) {
  RETURN_IF_ERROR(make_context(files));
  return {};
}

struct TlsContext::Loaded {
  tls::ContextPtr context;
  std::string fingerprint;
  std::string names;
  Timestamp end = 0;
};

TlsContext::TlsContext() = default;
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext::Loaded>> TlsContext::read(const TlsFiles& files) {
  ASSIGN_OR_RETURN(tls::ContextPtr context, make_context(files));
  X509* const certificate = SSL_CTX_get0_certificate(context.get());
  if (!certificate || !SSL_CTX_get0_privatekey(context.get())) {
    return invalid("a server needs a certificate and its key");
  }
  auto out = std::make_shared<Loaded>();
  out->fingerprint = tls::fingerprint_of(*certificate);
  out->names = tls::names_of(*certificate);
  out->end = tls::end_of(*certificate);
  out->context = std::move(context);
  return std::shared_ptr<const Loaded>(std::move(out));
}

Result<std::shared_ptr<TlsContext>> TlsContext::open(const TlsFiles& files) {
  std::shared_ptr<TlsContext> out(new TlsContext);
  RETURN_IF_ERROR(out->load(files));
  return out;
}

Status TlsContext::load(const TlsFiles& files) {
  ASSIGN_OR_RETURN(auto read_now, read(files));
  const MutexLock lock(mutex_);
  loaded_ = std::move(read_now);
  return {};
}

std::shared_ptr<const TlsContext::Loaded> TlsContext::loaded() const {
  const MutexLock lock(mutex_);
  return loaded_;
}

std::unique_ptr<Stream> TlsContext::serve(int socket) const {
  // Each session holds on to the library's context by itself.
  return make_tls_stream(socket, *loaded()->context);
}

std::string TlsContext::fingerprint() const { return loaded()->fingerprint; }
std::string TlsContext::names() const { return loaded()->names; }
Timestamp TlsContext::end() const { return loaded()->end; }

}  // namespace logsvc::http
