/* What the fence's BPF program and the daemon share: the layout of the maps. Plain C, included by both. */
#ifndef FLYWALL_NETLINK_FENCE_LAYOUT_H
#define FLYWALL_NETLINK_FENCE_LAYOUT_H

#include <linux/types.h>

#define FENCE_MAX_ADDRESSES 4096

/* The one value of the map `gate`, mapped into the daemon's memory. */
struct fence_gate {
  /* Nanoseconds of CLOCK_BOOTTIME: guarded addresses live until then. 0: closed. FENCE_IDLE: nothing
   * is guarded, because this node has given the addresses back and knows that they are gone. */
  __u64 deadline;
  /* Not 0: while closed, what would be forwarded is dropped as well. */
  __u64 forwarding;
};
#define FENCE_IDLE (~0ULL)

/* Key of the map `guarded`: IPv6, or IPv4 as ::ffff:a.b.c.d; network order. */
struct fence_address {
  __u8 bytes[16];
};

/* Keys of the map `drops`. */
enum fence_drop {
  FENCE_DROP_ARP,
  FENCE_DROP_ND,
  FENCE_DROP_IN,
  FENCE_DROP_OUT,
  FENCE_DROP_FORWARDED,
  FENCE_DROPS,
};

#endif
