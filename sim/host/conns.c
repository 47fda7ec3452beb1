/* Where connections are kept. Those of their own stay. A population has up to millions of members, of which few are
 * open at a time: its members lie in pages, made when the first of a page arrives, and given back when all of the page
 * are idle: both ends gone, or resting in TIME-WAIT (resting.c). What an idle one must still know, when a late segment
 * or a call comes, is much the same for all: the population keeps one of each sort, and for a member only which sort it
 * is, and its client's port. */
#include "host/world_priv.h"

Population *conn_population(const World *world, uint32_t conn) {
  for (uint32_t i = 0; i < world->n_populations; i++)
    if (conn - world->populations[i].first < world->populations[i].count)
      return &world->populations[i];
  return NULL;
}

static uint32_t items_of(const World *world, const End *end) {
  return end->script ? world->scripts[end->script - 1].script->items->len : 0;
}

/* --- pages -------------------------------------------------------------------------------------------------------- */

static void be_fresh(const World *world, const Population *population, Conn *conn) {
  *conn = population->fresh;
  for (unsigned side = 0; side < 2; side++)
    if (items_of(world, &conn->end[side]) > APP_INLINE_ITEMS)
      conn->end[side].fired.array = g_new0(uint8_t, items_of(world, &conn->end[side]));
}

/* As it was when its page was given back, but that an end which rested may be gone now. */
static void be_idle(const World *world, const Population *population, uint32_t index, Conn *conn) {
  uint32_t member = index - population->first;
  *conn = population->idle[population->idle_as[member] - 1];
  conn->idle = population->idle_as[member];
  conn->port[0] = population->idle_port[member];
  for (unsigned side = 0; side < 2 && conn->port[0]; side++) {
    const Host *host = world->hosts[conn->host[side]];
    uint32_t value = ends_find(host, (Tuple){conn->port[side], conn->port[1 - side], conn->host[1 - side]});
    if (value & ENDS_RESTING && resting_at(host, value & ~ENDS_RESTING)->owner == index * 2 + side)
      rest_tell_end(resting_at(host, value & ~ENDS_RESTING), &conn->end[side]);
  }
}

static void make(const World *world, ConnPage *page, uint32_t index) {
  Conn *conn = &page->conns[index & (CONNS_IN_PAGE - 1)];
  const Population *population = conn_population(world, index);
  if (!population)
    return;
  if (population->idle_as[index - population->first])
    be_idle(world, population, index, conn);
  else
    be_fresh(world, population, conn);
  conn->name = network_conn_name(world->network, index);
  page->n_idle += conn->idle != 0;
}

ConnPage *world_page(const World *world, uint32_t index) {
  ConnPage *page = *world->spare;
  if (page)
    *world->spare = page->next_free;
  else
    page = g_new(ConnPage, 1);
  page->n_idle = 0;
  for (uint32_t i = 0; i < CONNS_IN_PAGE; i++)
    page->conns[i] = (Conn){0};
  for (uint32_t i = 0; i < CONNS_IN_PAGE && index * CONNS_IN_PAGE + i < world->n_conns; i++)
    make(world, page, index * CONNS_IN_PAGE + i);
  world->pages[index] = page;
  return page;
}

static void give_back(World *world, uint32_t index) {
  ConnPage *page = world->pages[index];
  for (uint32_t i = 0; i < CONNS_IN_PAGE; i++) {
    const Population *population = conn_population(world, index * CONNS_IN_PAGE + i);
    uint32_t member = index * CONNS_IN_PAGE + i - population->first;
    population->idle_as[member] = page->conns[i].idle;
    population->idle_port[member] = page->conns[i].port[0];
  }
  world->pages[index] = NULL;
  page->next_free = *world->spare;
  *world->spare = page;
}

/* --- adding ------------------------------------------------------------------------------------------------------- */

static void make_room(World *world, uint64_t n_conns) {
  g_assert(n_conns < ENDS_RESTING / 2);
  uint32_t n_pages = (uint32_t)((n_conns + CONNS_IN_PAGE - 1) / CONNS_IN_PAGE);
  if (n_pages <= world->n_pages)
    return;
  world->pages = g_renew(ConnPage *, world->pages, n_pages);
  for (uint32_t i = world->n_pages; i < n_pages; i++)
    world->pages[i] = NULL;
  world->n_pages = n_pages;
}

uint32_t conns_add(World *world, const Conn *conn) {
  uint32_t index = world->n_conns;
  make_room(world, (uint64_t)index + 1);
  *world_conn(world, index) = *conn;
  world->n_conns++;
  return index;
}

uint32_t conns_add_members(World *world, Population *population) {
  uint32_t first = population->first = world->n_conns, end = first + population->count;
  make_room(world, (uint64_t)first + population->count);
  population->idle_as = g_new0(uint8_t, population->count);
  population->idle_port = g_new0(uint16_t, population->count);
  world->n_conns = end;
  for (uint32_t i = first; i < end && i % CONNS_IN_PAGE && world->pages[i / CONNS_IN_PAGE]; i++)
    make(world, world->pages[i / CONNS_IN_PAGE], i);
  return first;
}

void conns_refresh(World *world, const Population *population) {
  for (uint32_t i = population->first; i < population->first + population->count;) {
    ConnPage *page = world->pages[i / CONNS_IN_PAGE];
    if (page)
      make(world, page, i);
    i = page ? i + 1 : (i / CONNS_IN_PAGE + 1) * CONNS_IN_PAGE;
  }
}

static void clear_page(World *world, ConnPage *page) {
  for (uint32_t i = 0; i < 2 * CONNS_IN_PAGE; i++) {
    End *end = &page->conns[i / 2].end[i & 1];
    socket_clear(&end->socket);
    if (items_of(world, end) > APP_INLINE_ITEMS)
      g_free(end->fired.array);
  }
  g_free(page);
}

void conns_clear(World *world) {
  for (uint32_t i = 0; i < world->n_pages; i++)
    if (world->pages[i])
      clear_page(world, world->pages[i]);
  for (ConnPage *page; (page = *world->spare);) {
    *world->spare = page->next_free;
    g_free(page);
  }
  for (uint32_t i = 0; i < world->n_populations; i++) {
    g_free(world->populations[i].idle_as);
    g_free(world->populations[i].idle_port);
  }
  g_free(world->pages);
  g_free(world->spare);
  g_free(world->tired);
}

/* --- idle --------------------------------------------------------------------------------------------------------- */

/* Nothing that is peculiar to it is at work. */
static gboolean end_is_quiet(const World *world, const End *end) {
  const Socket *socket = &end->socket;
  if (end->tcb || end->listen_slot || end->awaits_syn || socket->options || items_of(world, end) > APP_INLINE_ITEMS)
    return FALSE;
  return end->in_tuples || (!socket->port && !socket->reuseaddr && !socket->reuseport);
}

/* What a record in TIME-WAIT, or nobody, keeps of an end. */
static void forget_end(End *end) {
  end->socket = (Socket){0};
  end->in_tuples = end->read_shut = end->eof_read = end->accepted = end->has_floor = FALSE;
  end->iss_floor = 0;
}

static gboolean same_end(const End *a, const End *b) {
  return a->script == b->script && a->fired.bits == b->fired.bits && a->octets_read == b->octets_read &&
         a->app_gone == b->app_gone && a->by_hand == b->by_hand;
}

/* The sort of idle connection it is, + 1; 0: there are too many sorts already. A gone end never has read_shut and its
 * like (world_end_gone()), a resting one has them in its record. */
static uint8_t sort_of(Population *population, const Conn *conn) {
  for (unsigned i = 0; i < population->n_idle; i++) {
    const Conn *other = &population->idle[i];
    if (other->traced == conn->traced && same_end(&other->end[0], &conn->end[0]) &&
        same_end(&other->end[1], &conn->end[1]))
      return (uint8_t)(i + 1);
  }
  if (population->n_idle == IDLE_KINDS)
    return 0;
  Conn *sort = &population->idle[population->n_idle++];
  *sort = *conn;
  sort->name = 0;
  sort->port[0] = 0;
  for (unsigned side = 0; side < 2; side++)
    forget_end(&sort->end[side]);
  return (uint8_t)population->n_idle;
}

static void try_idle(World *world, uint32_t index) {
  ConnPage *page = world->pages[index >> CONN_PAGE_BITS];
  if (!page)
    return;
  Conn *conn = &page->conns[index & (CONNS_IN_PAGE - 1)];
  for (unsigned side = 0; side < 2; side++)
    if (conn->end[side].tcb)
      end_rest(world, index * 2 + side);
  if (conn->idle || !end_is_quiet(world, &conn->end[0]) || !end_is_quiet(world, &conn->end[1]))
    return;
  conn->idle = sort_of(&world->populations[conn->population - 1], conn);
  if (conn->idle && ++page->n_idle == CONNS_IN_PAGE)
    give_back(world, index >> CONN_PAGE_BITS);
}

void conn_stir(World *world, uint32_t index) {
  Conn *conn = world_conn(world, index);
  if (!conn->idle)
    return;
  conn->idle = 0;
  world->pages[index >> CONN_PAGE_BITS]->n_idle--;
}

static gboolean rests(const End *end) {
  return end->in_tuples && !end->tcb;
}

void conn_touch(World *world, uint32_t owner) {
  const Conn *conn = world_conn_of(world, owner);
  if (!conn->idle && !rests(&conn->end[0]) && !rests(&conn->end[1]))
    return;
  conn_tire(world, owner);
  conn_stir(world, owner >> 1);
  ends_wake(world, owner >> 1);
}

void conn_tire(World *world, uint32_t owner) {
  if (!world_conn_of(world, owner)->population)
    return;
  if (world->n_tired == world->tired_size) {
    world->tired_size = MAX(8, 2 * world->tired_size);
    world->tired = g_renew(uint32_t, world->tired, world->tired_size);
  }
  world->tired[world->n_tired++] = owner;
}

void conns_look(World *world) {
  while (world->n_tired)
    try_idle(world, world->tired[--world->n_tired] >> 1);
}
