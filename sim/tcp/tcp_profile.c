#include "tcp/tcp_profile.h"

#include <stddef.h>
#include <string.h>

#define WORD(id, word)  word,
#define WORDS(ID, name) static const char *const WORDS_##name[] = {TCP_CHOICE_##ID(WORD) NULL};
TCP_CHOICES(WORDS)
#undef WORDS
#undef WORD

#define WORDS_OF_TIME(name)   NULL
#define WORDS_OF_COUNT(name)  NULL
#define WORDS_OF_SWITCH(name) NULL
#define WORDS_OF_CHOICE(name) WORDS_##name
#define INFO(type, name, low, high, meaning)                                                                           \
  {#name, TCP_PARAM_##type, offsetof(TcpParams, name), low, high, WORDS_OF_##type(name), meaning},
static const TcpParamInfo PARAMS[] = {TCP_PARAMS(INFO)};

const TcpParamInfo *tcp_param_list(unsigned *ret_count) {
  *ret_count = G_N_ELEMENTS(PARAMS);
  return PARAMS;
}

const TcpParamInfo *tcp_param_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(PARAMS); i++)
    if (strcmp(PARAMS[i].name, name) == 0)
      return &PARAMS[i];
  return NULL;
}

static void put(TcpParams *params, const TcpParamInfo *info, int64_t value) {
  g_assert(value >= info->low && value <= info->high);
  char *field = (char *)params + info->offset;
  switch (info->type) {
  case TCP_PARAM_TIME:
    *(SimTime *)(void *)field = value;
    break;
  case TCP_PARAM_COUNT:
    *(uint32_t *)(void *)field = (uint32_t)value;
    break;
  case TCP_PARAM_SWITCH:
  case TCP_PARAM_CHOICE:
    *(uint8_t *)field = (uint8_t)value;
    break;
  }
}

void tcp_params_set(TcpParams *params, const TcpParamInfo *info, int64_t value) {
  put(params, info, value);
  if (info->offset == offsetof(TcpParams, msl))
    params->time_wait = 2 * value;
}

int64_t tcp_params_get(const TcpParams *params, const TcpParamInfo *info) {
  const char *field = (const char *)params + info->offset;
  switch (info->type) {
  case TCP_PARAM_TIME:
    return *(const SimTime *)(const void *)field;
  case TCP_PARAM_COUNT:
    return *(const uint32_t *)(const void *)field;
  case TCP_PARAM_SWITCH:
  case TCP_PARAM_CHOICE:
    return *(const uint8_t *)field;
  }
  g_assert_not_reached();
}

char *tcp_params_print(const TcpParams *params, const TcpParamInfo *info, char *buffer, size_t size) {
  int64_t value = tcp_params_get(params, info);
  switch (info->type) {
  case TCP_PARAM_TIME:
    return simtime_print(value, buffer, size);
  case TCP_PARAM_COUNT:
    if (value == TCP_UNLIMITED)
      g_strlcpy(buffer, "unlimited", size);
    else
      g_snprintf(buffer, size, "%" G_GINT64_FORMAT, value);
    return buffer;
  case TCP_PARAM_SWITCH:
    g_strlcpy(buffer, value ? "true" : "false", size);
    return buffer;
  case TCP_PARAM_CHOICE:
    g_strlcpy(buffer, info->words[value], size);
    return buffer;
  }
  g_assert_not_reached();
}

static const TcpSetting *own_setting(const TcpProfile *profile, uint32_t offset) {
  for (unsigned i = 0; i < profile->n_settings; i++)
    if (profile->settings[i].offset == offset)
      return &profile->settings[i];
  return NULL;
}

const TcpSetting *tcp_profile_setting(const TcpProfile *profile, const TcpParamInfo *info) {
  for (; profile; profile = profile->base) {
    const TcpSetting *setting = own_setting(profile, info->offset);
    if (setting)
      return setting;
  }
  g_assert_not_reached(); /* rfc9293 has them all */
}

void tcp_profile_params(const TcpProfile *profile, TcpParams *ret_params) {
  for (unsigned i = 0; i < G_N_ELEMENTS(PARAMS); i++)
    put(ret_params, &PARAMS[i], tcp_profile_setting(profile, &PARAMS[i])->value);
}
