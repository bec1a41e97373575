// Tests the levels in lines of common loggers, databases and servers.
#include <doctest/doctest.h>

#include "support/said_level.h"

namespace logsvc::agent {
namespace {

struct Said {
  const char* level;  // empty: none
  const char* line;
};

void check_all(std::initializer_list<Said> lines) {
  for (const Said& said : lines)
    CHECK_MESSAGE(testing::said_level(said.line) == said.level, said.line);
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE(
    "levels of Node's loggers: winston (json, simple, logstash, prettyPrint on one line, printf), "
    "pino, bunyan, Nest, Next, log4js, npmlog") {
  check_all({
      {"error",
       R"~({"level":"error","message":"payment failed","service":"api-server","timestamp":"2026-01-01T12:59:59.123Z"})~"},
      {"debug",
       R"~({"level":"verbose","message":"this is no error","service":"api-server","timestamp":"2026-01-01T12:59:59.123Z"})~"},
      {"trace", R"~({"level":"silly","message":"x"})~"},
      {"critical", R"~({"level":"emerg","message":"syslog levels"})~"},
      {"error",
       R"~(error: payment failed {"orderId":7,"service":"api-server","timestamp":"2026-01-01T12:59:59.500Z"})~"},
      {"info", R"~(info: 주문이 접수되었습니다 {"service":"주문-서비스"})~"},
      {"warn",
       R"~({"@fields":{"level":"warn","service":"api-server"},"@message":"logstash()","@timestamp":"2026-01-01T12:59:59.250Z"})~"},
      {"error",
       R"~({ level: 'error', message: 'prettyPrint()', service: 'api-server', timestamp: '2026-01-01T12:59:59.300Z' })~"},
      {"warn", R"~(2026-01-01T12:59:59.400Z [api] warn: slow query)~"},
      {"info", R"~(2026-01-01T12:59:59.400Z info: ERROR is only a word here)~"},
      {"error",
       R"~({"level":50,"time":1767272399500,"pid":17,"hostname":"web","name":"ticket-api","msg":"pino"})~"},
      {"fatal",
       R"~({"name":"ticket-worker","hostname":"web","pid":18,"level":60,"msg":"bunyan","time":"2026-01-01T12:59:59.600Z","v":0})~"},
      {"info", R"~({"level":30,"time":1767272399500,"msg":"not of the logger","name":"홍길동"})~"},
      {"error", R"~([Nest] 12  - 01/01/2026, 1:00:00 PM   ERROR [ExceptionsHandler] boom)~"},
      {"info", R"~([Nest] 12  - 2026. 01. 01. 오후 1:00:00     LOG [NestFactory] 시작)~"},
      {"debug", R"~([Nest] 12  - 01/01/2026, 1:00:00 PM VERBOSE [Router] x)~"},
      {"error", R"~(error - ./pages/index.js)~"},
      {"error", R"~([2026-01-01T12:59:59.700] [ERROR] cheese - log4js)~"},
      {"", R"~({"message":"error in the text alone","timestamp":"2026-01-01T12:59:59.800Z"})~"},
      {"", R"~(User pressed the ERROR button)~"},
      {"", R"~(2026-01-01T12:59:59.900Z Received ERROR from upstream)~"},
  });
}

TEST_CASE(
    "levels of .NET's: AddJsonConsole, SimpleConsole, Systemd, Serilog (compact, JSON, console), "
    "NLog") {
  check_all({
      {"error",
       R"~({"EventId":14,"LogLevel":"Error","Category":"Shop.Orders","Message":"x","State":{"Message":"x"}})~"},
      {"critical", R"~({"EventId":14,"LogLevel":5,"Category":"Shop","Message":"number"})~"},
      {"info",
       R"~({"Timestamp":"2026-01-01T12:59:59.123Z","EventId":0,"LogLevel":"Information","Category":"X","Message":"no error"})~"},
      {"error", R"~({"@t":"2026-01-01T12:59:59.1234567Z","@l":"Error","@mt":"x {Y}","Y":1})~"},
      {"info",
       R"~({"@t":"2026-01-01T12:59:59.1234567Z","@mt":"a level that is absent is Information"})~"},
      {"error",
       R"~({"Timestamp":"2026-01-01T12:59:59.5Z","Level":"Error","MessageTemplate":"x"})~"},
      {"fatal", R"~([12:59:59 FTL] Host terminated)~"},
      {"debug", R"~([12:59:59 VRB] x)~"},
      {"warn", R"~(warn: Microsoft.AspNetCore.Server.Kestrel[0])~"},
      {"error", R"~(fail: Shop.Orders[100])~"},
      {"critical", R"~(crit: Shop.Orders[100])~"},
      {"debug", R"~(dbug: Shop.Orders[100])~"},
      {"trace", R"~(trce: Shop.Orders[100])~"},
      {"error", R"~(<3>Shop.Orders[100] systemd)~"},
      {"warn", R"~(2026-01-01 12:59:59.1234|WARN|Shop.Orders|NLog)~"},
  });
}

TEST_CASE(
    "levels of the JVM's: logback, Spring, logstash encoder, log4j2, Tomcat, java.util.logging, "
    "Quarkus") {
  check_all({
      {"error", R"~(12:59:59.123 [main] ERROR com.acme.Foo - msg)~"},
      {"info",
       R"~(2026-01-01T12:59:59.123Z  INFO 1 --- [shop] [           main] c.acme.App : no ERROR here)~"},
      {"warn", R"~(2026-01-01 12:59:59,123 WARN  [org.jboss.as] (MSC service thread 1-1) WFLY)~"},
      {"error",
       R"~({"@timestamp":"2026-01-01T12:59:59.5Z","@version":"1","message":"m","logger_name":"c.a.Foo","thread_name":"main","level":"ERROR","level_value":40000})~"},
      {"warn", R"~({"@timestamp":"2026-01-01T12:59:59.5Z","message":"m","level_value":30000})~"},
      {"error",
       R"~({"instant":{"epochSecond":1767272399,"nanoOfSecond":118000000},"thread":"main","level":"ERROR","loggerName":"X","message":"log4j2"})~"},
      {"error", R"~({"@timestamp":"2026-01-01T12:59:59.5Z","log.level":"ERROR","message":"ECS"})~"},
      {"error",
       R"~({"@timestamp":"2026-01-01T12:59:59.5Z","log":{"level":"ERROR","logger":"X"},"message":"ECS, nested","service":{"name":"shop"}})~"},
      {"error", R"~(01-Jan-2026 12:59:59.123 SEVERE [main] org.apache.catalina.core.X msg)~"},
      {"error", R"~(SEVERE: java.util.logging)~"},
      {"info", R"~(CONFIG: java.util.logging)~"},
      {"error", R"~([2026-01-01 12:59:59,123] ERROR Error while x (kafka.server.ReplicaManager))~"},
      {"error",
       R"~(2026-01-01 12:59:59,123 [myid:1] - ERROR [main:QuorumPeerMain@89] - ZooKeeper)~"},
      {"error",
       R"~([2026-01-01T12:59:59,123][ERROR][o.e.b.Elasticsearch ] [node-1] fatal exception)~"},
      {"warn", R"~([2026-01-01T12:59:59,123][WARN ][o.e.c.Coordinator   ] [node-1] x)~"},
  });
}

TEST_CASE("levels of Go's: zap, zerolog, slog, logrus, klog, hclog, log15") {
  check_all({
      {"error", R"~({"level":"error","ts":1767272399.209293,"caller":"x.go:1","msg":"zap"})~"},
      {"fatal", R"~({"level":"dpanic","ts":1767272399.5,"msg":"zap"})~"},
      {"warn", R"~({"L":"WARN","T":"2026-01-01T12:59:59.500Z","M":"zap, development"})~"},
      {"error", R"~({"level":"error","time":"2026-01-01T12:59:59Z","message":"zerolog"})~"},
      {"warn", R"~(12:59PM WRN zerolog on a terminal)~"},
      {"info", R"~({"time":"2026-01-01T12:59:59.5Z","level":"INFO+2","msg":"slog"})~"},
      {"error", R"~(time=2026-01-01T12:59:59.500Z level=ERROR msg="slog text" err=x)~"},
      {"warn", R"~(2026/01/01 12:59:59 WARN slog by default n=1)~"},
      {"warn", R"~(time="2026-01-01T12:59:59Z" level=warning msg="logrus" a=b)~"},
      {"error", R"~(ERRO[0000] logrus on a terminal)~"},
      {"fatal", R"~(FATA[2026-01-01T12:59:59Z] logrus)~"},
      {"error", R"~(E0101 12:59:59.123456       1 reflector.go:1] klog)~"},
      {"fatal", R"~(F0101 12:59:59.123456       1 main.go:1] klog)~"},
      {"error", R"~(E260101 12:59:59.123456 1 server.go:1  CockroachDB)~"},
      {"warn", R"~(2026-01-01T12:59:59.500Z [WARN]  agent: hclog)~"},
      {"warn",
       R"~({"@level":"warn","@message":"hclog","@module":"core","@timestamp":"2026-01-01T12:59:59.500000Z"})~"},
      {"error", R"~(t=2026-01-01T12:59:59+0000 lvl=eror msg="log15" logger=x)~"},
      {"error",
       R"~(ts=2026-01-01T12:59:59Z caller=main.go:1 level=error component=x err="context deadline exceeded")~"},
      {"", R"~(http: Server closed)~"},
  });
}

TEST_CASE(
    "levels of Python's: logging, loguru, uvicorn, gunicorn, Celery, Airflow, Flask, Tornado") {
  check_all({
      {"error", R"~(ERROR:root:msg)~"},
      {"error", R"~(2026-01-01 12:59:59,123 - my.logger - ERROR - msg)~"},
      {"critical", R"~(CRITICAL:app:msg)~"},
      {"info", R"~(INFO:     127.0.0.1:5000 - "GET /error HTTP/1.1" 500 Internal Server Error)~"},
      {"warn", R"~([2026-01-01 12:59:59 +0000] [7] [WARNING] Worker timeout)~"},
      {"error", R"~([2026-01-01 12:59:59,123: ERROR/MainProcess] Celery)~"},
      {"error", R"~([2026-01-01T12:59:59.123+0000] {taskinstance.py:1} ERROR - Airflow)~"},
      {"error", R"~([2026-01-01 12:59:59,123] ERROR in app: Exception on / [GET])~"},
      {"error", R"~([E 2026-01-01 12:59:59.123 ServerApp] Tornado)~"},
      {"error", R"~(2026-01-01 12:59:59.123 | ERROR    | app:f:1 - loguru)~"},
      {"info", R"~(2026-01-01 12:59:59.123 | SUCCESS  | app:f:1 - loguru)~"},
      {"error",
       R"~({"text":"x","record":{"level":{"icon":"x","name":"ERROR","no":40},"message":"loguru","time":{"repr":"x","timestamp":1767272399.5}}})~"},
      {"error",
       R"~({"asctime":"2026-01-01 12:59:59,123","levelname":"ERROR","message":"python-json-logger"})~"},
      {"error", R"~({"levelno":40,"message":"numbers of Python"})~"},
      {"warn", R"~({"event":"structlog","level":"warning","timestamp":"2026-01-01T12:59:59.5Z"})~"},
  });
}

TEST_CASE("levels of PHP's, Ruby's, Elixir's, Erlang's and Rust's") {
  check_all({
      {"error",
       R"~({"message":"x","context":{},"level":400,"level_name":"ERROR","channel":"app","datetime":"2026-01-01T12:59:59.123456+00:00","extra":{}})~"},
      {"critical", R"~({"message":"x","level":550,"channel":"app"})~"},
      {"error", R"~([2026-01-01T12:59:59.123456+00:00] app.ERROR: Monolog {"a":1} [])~"},
      {"error", R"~([2026-01-01 12:59:59] production.ERROR: Laravel)~"},
      {"fatal", R"~(PHP Fatal error:  Uncaught Exception: boom in /app/x.php:3)~"},
      {"warn",
       R"~([01-Jan-2026 12:59:59 UTC] PHP Warning:  Undefined variable $x in /app/x.php on line 3)~"},
      {"info", R"~([01-Jan-2026 12:59:59] NOTICE: fpm is running, pid 1)~"},
      {"error", R"~(E, [2026-01-01T12:59:59.123456 #1] ERROR -- : Ruby)~"},
      {"info", R"~(I, [2026-01-01T12:59:59.123456 #1]  INFO -- : Ruby)~"},
      {"error", R"~(12:59:59.123 [error] GenServer X terminating)~"},
      {"warn", R"~(12:59:59.123 request_id=abc [warning] Elixir)~"},
      {"error", R"~(=CRASH REPORT==== 1-Jan-2026::12:59:59.123456 ===)~"},
      {"error", R"~([2026-01-01T12:59:59Z ERROR my_app] env_logger)~"},
      {"warn", R"~(2026-01-01T12:59:59.123456Z  WARN my_app::db: tracing field=1)~"},
      {"error",
       R"~({"timestamp":"2026-01-01T12:59:59.123456Z","level":"ERROR","fields":{"message":"tracing"},"target":"my_app"})~"},
  });
}

TEST_CASE(
    "levels of databases: PostgreSQL (stderr, csvlog, jsonlog), MySQL, MariaDB, MongoDB, Redis, "
    "ClickHouse") {
  check_all({
      {"info", R"~(2026-01-01 12:59:59.123 UTC [1] LOG:  database system is ready)~"},
      {"error",
       R"~(2026-01-01 12:59:59.123 UTC [55] app@shop ERROR:  relation "x" does not exist at character 15)~"},
      {"info", R"~(2026-01-01 12:59:59.123 UTC [55] STATEMENT:  select 'FATAL' from x)~"},
      {"fatal", R"~(2026-01-01 12:59:59.123 UTC [55] FATAL:  password authentication failed)~"},
      {"fatal", R"~(2026-01-01 12:59:59.123 UTC [55] PANIC:  could not write)~"},
      {"warn", R"~(2026-01-01 12:59:59.123 UTC [55] WARNING:  x)~"},
      {"debug", R"~(2026-01-01 12:59:59.123 UTC [55] DEBUG2:  x)~"},
      {"error", R"~(2026-01-01 12:59:59 UTC:10.0.0.1(5432):app@shop:[7]:ERROR:  RDS)~"},
      {"error",
       R"~(2026-01-01 12:59:59.123 UTC,"app","shop",55,"[local]",65930000.37,1,"SELECT",2026-01-01 12:59:00 UTC,3/4,0,ERROR,42P01,"relation ""x"" does not exist",,,,,,"select 1",15,,"psql","client backend",,0)~"},
      {"error",
       R"~({"timestamp":"2026-01-01 12:59:59.123 UTC","user":"app","pid":55,"error_severity":"ERROR","message":"x"})~"},
      {"info",
       R"~(2026-01-01T12:59:59.123456Z 0 [System] [MY-010116] [Server] mysqld (mysqld 8.0) starting as process 1)~"},
      {"error", R"~(2026-01-01T12:59:59.123456Z 0 [ERROR] [MY-010119] [Server] Aborting)~"},
      {"warn",
       R"~(2026-01-01T12:59:59.123456Z 0 [Warning] [MY-010068] [Server] CA certificate ca.pem is self signed.)~"},
      {"info", R"~(2026-01-01 12:59:59 0 [Note] InnoDB: MariaDB)~"},
      {"error",
       R"~({ "prio" : 1, "err_code" : 10119, "subsystem" : "Server", "msg" : "Aborting", "time" : "2026-01-01T12:59:59.123456Z", "label" : "Error" })~"},
      {"error",
       R"~({"t":{"$date":"2026-01-01T12:59:59.123+00:00"},"s":"E","c":"NETWORK","id":1,"ctx":"conn1","msg":"y"})~"},
      {"debug",
       R"~({"t":{"$date":"2026-01-01T12:59:59.123+00:00"},"s":"D2","c":"NETWORK","id":1,"ctx":"conn1","msg":"y"})~"},
      {"info",
       R"~({"t":{"$date":"2026-01-01T12:59:59.123+00:00"},"s":"I","c":"NETWORK","id":1,"ctx":"conn1","msg":"no error"})~"},
      {"error", R"~(2026-01-01T12:59:59.123+0000 E NETWORK  [conn1] before 4.4)~"},
      {"warn", R"~(1:M 01 Jan 2026 12:59:59.123 # Warning: no config file specified)~"},
      {"info", R"~(1:M 01 Jan 2026 12:59:59.123 * Ready to accept connections)~"},
      {"debug", R"~(1:M 01 Jan 2026 12:59:59.123 - DB 0: 1 keys)~"},
      {"error", R"~(2026.01.01 12:59:59.123456 [ 1 ] {} <Error> Application: ClickHouse)~"},
  });
}

TEST_CASE(
    "levels of web servers and brokers: nginx, Apache, HAProxy, Envoy, Caddy, CoreDNS, RabbitMQ; "
    "access lines have none, as with Loki") {
  check_all({
      {"error",
       R"~(2026/01/01 12:59:59 [error] 1#1: *1 connect() failed (111: Connection refused))~"},
      {"critical", R"~(2026/01/01 12:59:59 [crit] 1#1: x)~"},
      {"critical", R"~(2026/01/01 12:59:59 [emerg] 1#1: x)~"},
      {"info", R"~(2026/01/01 12:59:59 [notice] 1#1: start worker processes)~"},
      {"error", R"~([Thu Jan 01 12:59:59.123456 2026] [core:error] [pid 1:tid 1] AH00126: x)~"},
      {"warn", R"~([Thu Jan 01 12:59:59.123456 2026] [ssl:warn] [pid 1] AH01906: x)~"},
      {"",
       R"~(10.0.0.1 - - [01/Jan/2026:12:59:59 +0000] "GET /info HTTP/1.1" 502 157 "-" "curl/8")~"},
      {"", R"~(10.0.0.1 - bob [01/Jan/2026:12:59:59 +0000] "GET /error HTTP/1.1" 404 157)~"},
      {"",
       R"~(10.0.0.1 - - [01/Jan/2026:12:59:59 +0000] "GET /ERROR HTTP/1.1" 200 157 "-" "ERROR")~"},
      {"warn", R"~([WARNING]  (1) : HAProxy)~"},
      {"warn", R"~([2026-01-01 12:59:59.123][1][warning][main] [source/server.cc:1] Envoy)~"},
      {"error", R"~([ERROR] plugin/errors: 2 example.org. A: CoreDNS)~"},
      {"error",
       R"~({"level":"error","ts":1767272399.5,"logger":"http.log","msg":"Caddy","status":502})~"},
      {"error", R"~(2026-01-01 12:59:59.123456+00:00 [error] <0.1.0> RabbitMQ)~"},
      {"info", R"~(2026-01-01 12:59:59.123456+00:00 [notice] <0.44.0> Logging: switching)~"},
      {"info", R"~([2026/01/01 12:59:59] [ info] [fluent bit] version=3)~"},
  });
}

TEST_CASE("levels of systemd, syslog, journald, OpenTelemetry, Google Cloud and GELF") {
  check_all({
      {"error", R"~(<3>a service under systemd)~"},
      {"warn", R"~(<12>Jan  1 12:59:59 web app[7]: syslog)~"},
      {"error",
       R"~({"PRIORITY":"3","MESSAGE":"journald","__REALTIME_TIMESTAMP":"1767272399500000","_SYSTEMD_UNIT":"x.service"})~"},
      {"", R"~({"message":"task created","priority":3})~"},
      {"warn", R"~({"severityText":"WARN","severityNumber":13,"body":"OpenTelemetry"})~"},
      {"error", R"~({"severityNumber":17,"body":"OpenTelemetry"})~"},
      {"warn",
       R"~({"severity":"WARNING","message":"Google Cloud","time":"2026-01-01T12:59:59.5Z"})~"},
      {"error", R"~({"severity":500,"message":"Google Cloud"})~"},
      {"error", R"~({"version":"1.1","host":"web","short_message":"GELF","level":3})~"},
      {"", R"~({"message":"a level of a game","level":3})~"},
      {"error", R"~({"LEVEL":"ERROR","msg":"x"})~"},
      {"info", R"~({"log_level":"info","message":"x"})~"},
  });
}

TEST_SUITE_END();

}  // namespace logsvc::agent
