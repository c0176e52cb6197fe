/** What the command's exit status says. */
export const exitCodes = {
  done: 0,
  solved: 0,
  notSolved: 1,
  /** A pulled model is not as it was pulled. */
  damaged: 1,
  /** Wrong use, a wrong task, or a machine that lacks something. */
  unusable: 2,
  /** 128 + SIGINT, 128 + SIGTERM. */
  interrupted: 130,
  terminated: 143,
  /** 128 + SIGPIPE: what reads the output has closed it. */
  unread: 141,
} as const;
