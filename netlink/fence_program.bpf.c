/* The kernel lease fence: guarded addresses are dead on this interface once the lease is over, whoever
 * still runs. Decides per packet; the lease is a deadline in a map that the daemon writes by a store.
 *
 * While the lease lasts a packet costs one map look-up and one clock reading; what is behind `closed`
 * runs only when it is over. Directions matter: a node whose fence is closed may still speak *to* the
 * address, which is somebody else's by then; it may not answer for it nor speak as it. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "netlink/fence_layout.h"

#define NEXT (-1) /* TCX_NEXT, and TC_ACT_UNSPEC before Linux 6.6 */

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, struct fence_gate);
} gate SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, FENCE_MAX_ADDRESSES);
  __type(key, struct fence_address);
  __type(value, __u8);
} guarded SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, FENCE_DROPS);
  __type(key, __u32);
  __type(value, __u64);
} drops SEC(".maps");

/* RFC 826 for Ethernet and IPv4, in wire order. */
struct arp {
  __be16 hardware, protocol;
  __u8 hardware_length, protocol_length;
  __be16 operation;
  __u8 sender_mac[6], sender[4], target_mac[6], target[4];
};

enum { kIcmpv6 = 58, kNeighbourSolicitation = 135, kNeighbourAdvertisement = 136, kIpv6Header = 40 };
enum { kTargetOffset = kIpv6Header + 8 };

static __always_inline struct fence_gate *closed_gate(void) {
  __u32 first = 0;
  struct fence_gate *here = bpf_map_lookup_elem(&gate, &first);
  if (!here) return 0;
  __u64 deadline = *(volatile __u64 *)&here->deadline;
  return bpf_ktime_get_boot_ns() < deadline ? 0 : here;
}

static __always_inline int drop(__u32 reason) {
  __u64 *count = bpf_map_lookup_elem(&drops, &reason);
  if (count) ++*count;
  return TC_ACT_SHOT;
}

static __always_inline int read(struct __sk_buff *skb, __u32 offset, void *to, __u32 size) {
  return bpf_skb_load_bytes_relative(skb, offset, to, size, BPF_HDR_START_NET);
}

static __always_inline int is_guarded(const struct fence_address *address) {
  return bpf_map_lookup_elem(&guarded, address) != 0;
}

static __always_inline int is_guarded_ipv4(const __u8 *address) {
  struct fence_address key = {.bytes = {[10] = 0xff, [11] = 0xff}};
  __builtin_memcpy(key.bytes + 12, address, 4);
  return is_guarded(&key);
}

static __always_inline int arp(struct __sk_buff *skb, int ingress) {
  struct arp said;
  if (read(skb, 0, &said, sizeof said)) return NEXT;
  if (said.hardware_length != 6 || said.protocol_length != 4) return NEXT;
  return is_guarded_ipv4(ingress ? said.target : said.sender) ? drop(FENCE_DROP_ARP) : NEXT;
}

/* What the kernel would route further, not what is meant for this node. */
static __always_inline int is_forwarded(struct __sk_buff *skb, struct bpf_fib_lookup *route) {
  if (skb->pkt_type != 0 /* PACKET_HOST */) return 0;
  route->ifindex = skb->ingress_ifindex;
  long verdict = bpf_fib_lookup(skb, route, sizeof *route, 0);
  return verdict == BPF_FIB_LKUP_RET_SUCCESS || verdict == BPF_FIB_LKUP_RET_NO_NEIGH ||
         verdict == BPF_FIB_LKUP_RET_FRAG_NEEDED;
}

static __always_inline int ipv4(struct __sk_buff *skb, int ingress, const struct fence_gate *here) {
  __u8 addresses[8]; /* source, destination */
  if (read(skb, 12, addresses, sizeof addresses)) return NEXT;
  if (is_guarded_ipv4(ingress ? addresses + 4 : addresses))
    return drop(ingress ? FENCE_DROP_IN : FENCE_DROP_OUT);
  if (!ingress || !here->forwarding) return NEXT;
  struct bpf_fib_lookup route = {.family = 2 /* AF_INET */};
  __builtin_memcpy(&route.ipv4_src, addresses, 4);
  __builtin_memcpy(&route.ipv4_dst, addresses + 4, 4);
  return is_forwarded(skb, &route) ? drop(FENCE_DROP_FORWARDED) : NEXT;
}

static __always_inline int names_guarded_target(struct __sk_buff *skb, int ingress) {
  __u8 next_header, type;
  struct fence_address target;
  if (read(skb, 6, &next_header, 1) || next_header != kIcmpv6) return 0;
  if (read(skb, kIpv6Header, &type, 1)) return 0;
  if (type != (ingress ? kNeighbourSolicitation : kNeighbourAdvertisement)) return 0;
  return !read(skb, kTargetOffset, &target, sizeof target) && is_guarded(&target);
}

static __always_inline int ipv6(struct __sk_buff *skb, int ingress, const struct fence_gate *here) {
  struct fence_address ends[2]; /* source, destination */
  if (read(skb, 8, ends, sizeof ends)) return NEXT;
  if (names_guarded_target(skb, ingress)) return drop(FENCE_DROP_ND);
  if (is_guarded(&ends[ingress])) return drop(ingress ? FENCE_DROP_IN : FENCE_DROP_OUT);
  if (!ingress || !here->forwarding) return NEXT;
  struct bpf_fib_lookup route = {.family = 10 /* AF_INET6 */};
  __builtin_memcpy(route.ipv6_src, &ends[0], 16);
  __builtin_memcpy(route.ipv6_dst, &ends[1], 16);
  return is_forwarded(skb, &route) ? drop(FENCE_DROP_FORWARDED) : NEXT;
}

static __always_inline int judge(struct __sk_buff *skb, int ingress) {
  const struct fence_gate *here = closed_gate();
  if (!here) return NEXT;
  switch (skb->protocol) {
    case bpf_htons(ETH_P_ARP):
      return arp(skb, ingress);
    case bpf_htons(ETH_P_IP):
      return ipv4(skb, ingress, here);
    case bpf_htons(ETH_P_IPV6):
      return ipv6(skb, ingress, here);
    default:
      return NEXT;
  }
}

SEC("tc") int fence_in(struct __sk_buff *skb) { return judge(skb, 1); }
SEC("tc") int fence_out(struct __sk_buff *skb) { return judge(skb, 0); }

char fence_license[] SEC("license") = "GPL";
