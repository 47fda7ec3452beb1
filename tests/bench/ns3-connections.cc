/* The work of bench-connections on ns-3: connections between two nodes, one every 1/RATE seconds. Each opens, sends
 * 1,000 octets, gets 1,000 back, is closed by the client first, and spends its TIME-WAIT (ns-3's own 2 x 120 s, which
 * RFC 9293 asks for too). A point-to-point link of 10 ms that loses LOSS per cent of the packets each way. Nothing is
 * traced. Prints how many connections got through and how many events that took.
 *
 * usage: ns3-connections COUNT RATE LOSS */
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <cstdio>
#include <cstdlib>
#include <unordered_map>

using namespace ns3;

namespace {

constexpr uint32_t OCTETS = 1000;
constexpr uint16_t PORT = 80;

/* Octets read so far; an entry lives until its socket is closed. */
std::unordered_map<Socket *, uint32_t> g_read;
unsigned long g_done = 0;

/* Reads what is there; true when the last of the kilobyte was among it. */
bool ReadAll(Ptr<Socket> socket) {
  uint32_t &read = g_read[PeekPointer(socket)], before = read;
  while (Ptr<Packet> packet = socket->Recv()) {
    if (packet->GetSize() == 0)
      break;
    read += packet->GetSize();
  }
  return before < OCTETS && read >= OCTETS;
}

void Forget(Ptr<Socket> socket) {
  g_read.erase(PeekPointer(socket));
}

void ServerReceives(Ptr<Socket> socket) {
  if (ReadAll(socket))
    socket->Send(Create<Packet>(OCTETS));
}

void ServerHearsFin(Ptr<Socket> socket) {
  Forget(socket);
  socket->Close();
}

void ServerAccepts(Ptr<Socket> socket, const Address &) {
  socket->SetRecvCallback(MakeCallback(&ServerReceives));
  socket->SetCloseCallbacks(MakeCallback(&ServerHearsFin), MakeCallback(&Forget));
}

void ClientConnected(Ptr<Socket> socket) {
  socket->Send(Create<Packet>(OCTETS));
}

void ClientReceives(Ptr<Socket> socket) {
  if (!ReadAll(socket))
    return;
  g_done++;
  Forget(socket);
  socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
  socket->Close();
}

void Open(Ptr<Node> client, Ipv4Address server) {
  Ptr<Socket> socket = Socket::CreateSocket(client, TcpSocketFactory::GetTypeId());
  socket->SetConnectCallback(MakeCallback(&ClientConnected), MakeCallback(&Forget));
  socket->SetRecvCallback(MakeCallback(&ClientReceives));
  socket->Bind();
  socket->Connect(InetSocketAddress(server, PORT));
}

void LoseOn(Ptr<NetDevice> device, double share) {
  Ptr<RateErrorModel> model = CreateObject<RateErrorModel>();
  model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
  model->SetRate(share);
  device->SetAttribute("ReceiveErrorModel", PointerValue(model));
}

/* One after the other, so that there is one pending event for all that are still to come. */
void Arrive(Ptr<Node> client, Ipv4Address server, unsigned long left, Time gap) {
  Open(client, server);
  if (left > 1)
    Simulator::Schedule(gap, &Arrive, client, server, left - 1, gap);
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fputs("usage: ns3-connections COUNT RATE LOSS\n", stderr);
    return 2;
  }
  unsigned long count = std::strtoul(argv[1], nullptr, 10), rate = std::strtoul(argv[2], nullptr, 10);
  double loss = std::strtod(argv[3], nullptr) / 100;
  if (count == 0 || rate == 0)
    return 2;
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1460));
  /* What is meant to be lost shall be, and nothing else. */
  Config::SetDefault("ns3::DropTailQueue<Packet>::MaxSize", StringValue("1000000p"));

  NodeContainer nodes;
  nodes.Create(2);
  PointToPointHelper link;
  link.SetDeviceAttribute("DataRate", StringValue("100Gbps"));
  link.SetChannelAttribute("Delay", StringValue("10ms"));
  NetDeviceContainer devices = link.Install(nodes);
  InternetStackHelper internet;
  internet.SetIpv6StackInstall(false);
  internet.Install(nodes);
  Ipv4AddressHelper addresses("192.0.2.0", "255.255.255.0");
  Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
  for (uint32_t i = 0; i < 2 && loss > 0; i++)
    LoseOn(devices.Get(i), loss);

  Ptr<Socket> listener = Socket::CreateSocket(nodes.Get(1), TcpSocketFactory::GetTypeId());
  listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
  listener->Listen();
  listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address &>(), MakeCallback(&ServerAccepts));
  Simulator::ScheduleNow(&Arrive, nodes.Get(0), interfaces.GetAddress(1), count, Seconds(1.0 / rate));
  Simulator::Run();
  std::printf("%lu %llu\n", g_done, static_cast<unsigned long long>(Simulator::GetEventCount()));
  Simulator::Destroy();
  return 0;
}
