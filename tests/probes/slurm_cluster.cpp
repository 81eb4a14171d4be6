// SPDX-License-Identifier: Apache-2.0
#include "tests/probes/slurm_cluster.hpp"

#include "probes/deadline.hpp"
#include "probes/launch/find_program.hpp"

#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <system_error>
#include <thread>
#include <utility>

namespace hpcadvise::tests {
namespace {

namespace fs = std::filesystem;
using probes::output_of;

// Two nodes on one machine: Open MPI must not take memory that they seem to share, nor a core for itself.
constexpr std::array<std::pair<char const*, char const*>, 4> open_mpi_variables{
    {{"OMPI_MCA_btl", "self,tcp"},
     {"OMPI_MCA_btl_tcp_if_include", "lo"},
     {"OMPI_MCA_oob_tcp_if_include", "lo"},
     {"OMPI_MCA_mpi_yield_when_idle", "1"}}};
constexpr std::array slurm_variables{"SLURM_CONF", "SLURM_JOB_ID", "SLURM_JOB_NUM_NODES", "SLURMD_NODENAME"};

std::string text_of(std::string const& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program);
  auto text = output_of({.arguments = std::move(arguments), .environment = {}}, 20);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// Those that are free now, all different.
std::array<int, 3> free_ports() {
  std::array<int, 3> ports{};
  std::array<int, 3> sockets{};
  for (std::size_t i = 0; i < ports.size(); ++i) {
    sockets[i] = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const as_any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(sockets[i], as_any, length) != 0 || ::getsockname(sockets[i], as_any, &length) != 0)
      throw std::system_error(errno, std::generic_category(), "no free port");
    ports[i] = ntohs(address.sin_port);
  }
  for (int const socket : sockets) ::close(socket);
  return ports;
}

std::string short_host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  std::string const text = name.data();
  return text.substr(0, text.find('.'));
}

bool becomes_true(double limit_s, std::function<bool()> const& condition) {
  for (auto const deadline = probes::after(limit_s); probes::seconds_until(deadline) > 0;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace

SlurmCluster::SlurmCluster() {
  ::setenv("PATH", (probes::environment_value("PATH") + ":/usr/sbin:/sbin").c_str(), 1);
  for (auto const* const program : {"munged", "slurmctld", "slurmd", "srun", "salloc", "sinfo"})
    if (!probes::find_program(program, probes::environment_value("PATH")))
      problem_ += (problem_.empty() ? "not installed: " : ", ") + std::string(program);
  if (problem_.empty() && ::getpwuid(::geteuid()) == nullptr) problem_ = "this user has no name, which Slurm wants";
  if (problem_.empty()) start();
}

SlurmCluster::~SlurmCluster() {
  for (auto& daemon : daemons_) daemon->terminate(2);
  for (int const pid : own_processes()) ::kill(pid, SIGKILL);
  for (auto const* const name : slurm_variables) ::unsetenv(name);
  for (auto const& [name, value] : open_mpi_variables) ::unsetenv(name);
}

void SlurmCluster::start() {
  for (auto const* const name : {"munge", "state", "spool/one", "spool/two", "tmp/one", "tmp/two", "log"})
    fs::create_directories(folder_ / name);
  for (auto const& folder : {folder_.path(), folder_ / "munge"})
    fs::permissions(folder, fs::perms(0711));  // munged looks at the way to its socket
  write_configuration();
  ::setenv("SLURM_CONF", (folder_ / "slurm.conf").c_str(), 1);
  for (auto const& [name, value] : open_mpi_variables) ::setenv(name, value, 1);

  auto const munge = (folder_ / "munge").string();
  {
    std::ofstream key(munge + "/key", std::ios::binary);
    std::random_device random;
    for (int i = 0; i < 128; ++i) key.put(char(random()));
  }
  fs::permissions(munge + "/key", fs::perms::owner_read);
  run_daemon("munged", "--foreground --force --key-file=" + munge + "/key --socket=" + munge + "/socket --pid-file=" +
                           munge + "/pid --log-file=" + munge + "/log --seed-file=" + munge + "/seed");
  if (!becomes_true(10, [&] { return fs::exists(munge + "/socket"); })) {
    problem_ = "munged did not come up";
    return;
  }
  run_daemon("slurmctld", "-D");
  if (!becomes_true(20, [] { return text_of("scontrol", {"ping"}).find("is UP") != std::string::npos; })) {
    problem_ = "slurmctld did not come up";
    return;
  }
  run_daemon("slurmd", "-D -N one");
  run_daemon("slurmd", "-D -N two");
  auto const are_idle = [] { return text_of("sinfo", {"-h", "-N", "-o", "%T"}) == "idle\nidle"; };
  if (!becomes_true(20, are_idle)) problem_ = "the nodes did not come up: " + text_of("sinfo", {"-N"});
}

void SlurmCluster::run_daemon(std::string const& name, std::string const& arguments) {
  auto const log = (folder_ / "log").string() + "/" + name + std::to_string(daemons_.size());
  daemons_.push_back(std::make_unique<probes::ChildProcess>(
      probes::Command{{"/bin/sh", "-c", "exec " + name + " " + arguments + " >" + log + " 2>&1"},
                      {{"SLURM_TEST_ROOT", folder_.path()}}}));
}

// slurm.conf(5). Nodes of this machine have ports of their own; %n is the node's name.
void SlurmCluster::write_configuration() const {
  auto const ports = free_ports();
  auto const root = folder_.path().string();
  auto const host = short_host_name();
  auto const user = std::string(::getpwuid(::geteuid())->pw_name);
  std::ofstream file(folder_ / "slurm.conf");
  file << "ClusterName=test\nSlurmctldHost=" << host << "(127.0.0.1)\nSlurmctldPort=" << ports[0]
       << "\nSlurmUser=" << user << "\nSlurmdUser=" << user << "\nAuthType=auth/munge\nAuthInfo=socket=" << root
       << "/munge/socket\nStateSaveLocation=" << root << "/state\nSlurmdSpoolDir=" << root
       << "/spool/%n\nTmpFS=" << root << "/tmp/%n\nSlurmctldPidFile=" << root
       << "/slurmctld.pid\nSlurmdPidFile=" << root
       << "/slurmd-%n.pid\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n"
          "JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none\nSwitchType=switch/"
          "none\n"
          "SlurmdParameters=config_overrides\nSelectType=select/"
          "cons_tres\nSelectTypeParameters=CR_Core\nMpiDefault=none\n"
          "ReturnToService=2\nKillWait=2\nMailProg=/bin/true\n";
  for (auto const& [node, port] : {std::pair{"one", ports[1]}, std::pair{"two", ports[2]}})
    file << "NodeName=" << node << " NodeHostname=" << host << " NodeAddr=127.0.0.1 Port=" << port
         << " CPUs=8 State=UNKNOWN\n";
  file << "PartitionName=all Nodes=one,two Default=YES MaxTime=10 State=UP\n";
}

void SlurmCluster::allocate(int tasks_a_node) {
  // "salloc: Granted job allocation 1"
  auto const said = text_of("salloc", {"--no-shell", "-N", "2", "--ntasks-per-node=" + std::to_string(tasks_a_node)});
  auto const number = said.find_first_of("0123456789", said.find("Granted job allocation"));
  if (number == std::string::npos) {
    problem_ = "no allocation: " + said;
    return;
  }
  auto const end = std::min(said.find_first_not_of("0123456789", number), said.size());
  ::setenv("SLURM_JOB_ID", said.substr(number, end - number).c_str(), 1);
  ::setenv("SLURM_JOB_NUM_NODES", "2", 1);
  ::setenv("SLURMD_NODENAME", "one", 1);
}

std::vector<int> SlurmCluster::own_processes() const {
  std::vector<int> result;
  std::error_code error;
  for (auto entry = fs::directory_iterator("/proc", error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    auto const name = entry->path().filename().string();
    int pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    std::ifstream file(entry->path() / "environ", std::ios::binary);
    std::string const environment(std::istreambuf_iterator<char>(file), {});
    if (environment.find(folder_.path().string()) != std::string::npos) result.push_back(pid);
  }
  return result;
}

int SlurmCluster::count_running(std::string const& program) const {
  auto const processes = own_processes();
  return int(std::ranges::count_if(processes, [&](int pid) {
    std::error_code error;
    return fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", error) == program;
  }));
}

}  // namespace hpcadvise::tests
