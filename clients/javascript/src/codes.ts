// SPDX-License-Identifier: Apache-2.0
// Generated from protocol/codes.json by scripts/codes.mjs; change it there.

/** Codes of `error` frames. */
export const ErrorCodes = {
  /** The message is not well-formed JSON or CBOR. */
  malformed: 100,
  /** The message is nested deeper than 32 levels. */
  too_deep: 101,
  /** A map has the same key twice. */
  duplicate_field: 102,
  /** A frame is a map; a message is a frame or an array of frames. */
  not_a_frame: 103,
  /** There is no frame of this type. */
  unknown_type: 104,
  /** A required field is missing; `field` names it. */
  missing_field: 105,
  /** A field has a wrong type or value; `field` names it. */
  invalid_field: 106,
  /** A channel name is 1 to 128 characters of A-Za-z0-9_-=@,.;:~/ and names that start with $ are the server's own. */
  bad_channel: 107,
  /** The payload or a field is longer than allowed. */
  too_large: 108,
  /** A request with this id has not been answered yet. */
  id_in_use: 109,
  /** This connection has a session already. */
  already_connected: 110,
  /** The session is not subscribed to this channel. */
  not_subscribed: 111,
  /** The session is subscribed to this channel already. */
  already_subscribed: 112,
  /** This server does not offer this operation. */
  unsupported: 113,
  /** Too many requests wait for an answer. */
  too_many_requests: 114,
  /** The first frame must be connect or ping. */
  connect_required: 115,
  /** The session has not entered this channel. */
  not_present: 116,
  /** The token is missing, invalid or not accepted here. */
  unauthorized: 200,
  /** The session may not do this. */
  forbidden: 201,
  /** Too much in too short a time; `retry_after` says when to try again. */
  rate_limited: 300,
  /** The session has as many subscriptions as it may have. */
  too_many_subscriptions: 301,
  /** The server has no room for this now; `retry_after` says when to try again. */
  overloaded: 302,
  /** The session has as many added tokens as it may have. */
  too_many_tokens: 303,
  /** The user has as many sessions as a user may have; `retry_after` says when to try again. */
  too_many_sessions: 304,
  /** The key was used for another payload. */
  idempotency_conflict: 400,
  /** Whether the first try of this request ran is not known any more. */
  outcome_unknown: 401,
  /** The server failed to do this. */
  internal: 500,
  /** Something the server needs for this can't be reached; try again. */
  unavailable: 501,
  /** There is nothing at this path. */
  not_found: 600,
  /** This path does not take this method. */
  method_not_allowed: 601,
  /** This path speaks WebSocket; send an upgrade request. */
  upgrade_required: 602,
  /** The upgrade request is not a valid WebSocket handshake. */
  bad_upgrade: 603,
  /** None of the offered subprotocols is spoken here. */
  unknown_subprotocol: 604,
  /** Pages of this origin may not use this server. */
  origin_not_allowed: 605,
  /** Without authentication the server answers to loopback names only. */
  host_not_allowed: 606,
  /** The HTTP request is malformed. */
  bad_request: 607,
  /** The request body is longer than allowed. */
  body_too_large: 608,
  /** The body's media type or encoding is not accepted here. */
  unsupported_media_type: 609,
  /** The server is going away; `Retry-After` says when to try again. */
  shutting_down: 610,
  /** A newer request of this session took this one's place. */
  poll_superseded: 611,
  /** There is no such session, or it has ended. */
  session_gone: 612,
  /** The request did not arrive in time. */
  request_timeout: 613,
  /** A token must not stand in a URL: use a header, the connect frame, or a ticket. */
  token_in_url: 614,
  /** The numbers of this body don't follow what came before; begin a new turn. */
  out_of_order: 620,
} as const;

/** Close codes. 4000-4199: same session, 4200-4399: a fresh one, 4400-4599: the application has to act. */
export const CloseCodes = {
  /** The client said goodbye. */
  normal: 1000,
  /** The peer broke RFC 6455. */
  protocol_error: 1002,
  /** Text on a CBOR connection, or bytes on a JSON connection. */
  unsupported_data: 1003,
  /** The message is not valid UTF-8, JSON, CBOR or not a frame. */
  invalid_payload: 1007,
  /** The peer broke a rule of this server. */
  policy: 1008,
  /** A message is longer than allowed. */
  too_big: 1009,
  /** The server is going away; come back after `retry_after`. */
  shutdown: 4000,
  /** The client reads too slowly; the log keeps what it missed for a while. */
  slow: 4001,
  /** No byte and no progress for the ping interval and 8 s. */
  silent: 4002,
  /** The session is elsewhere; come back. */
  moved: 4003,
  /** No first frame within the deadline. */
  connect_timeout: 4200,
  /** The session has ended: it was away for too long. */
  expired: 4201,
  /** A later attach of the same session took this one's place. */
  replaced: 4202,
  /** The server could not go on with this session. */
  failed: 4203,
  /** The server takes no more connections now. */
  busy: 4204,
  /** A poll's seq or ack is outside the window. */
  poll_order: 4205,
  /** The first frame was not connect or ping. */
  connect_first: 4400,
  /** The token was not accepted. */
  unauthorized: 4401,
  /** The token has expired and was not refreshed. */
  token_expired: 4402,
  /** An administrator closed the session. */
  kicked: 4403,
  /** The token, its user or the session was revoked. */
  revoked: 4404,
} as const;

// One by one, so that a bundle has only those that it uses.
export const CLOSE_NORMAL = 1000;
export const CLOSE_PROTOCOL_ERROR = 1002;
export const CLOSE_UNSUPPORTED_DATA = 1003;
export const CLOSE_INVALID_PAYLOAD = 1007;
export const CLOSE_POLICY = 1008;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_SHUTDOWN = 4000;
export const CLOSE_SLOW = 4001;
export const CLOSE_SILENT = 4002;
export const CLOSE_MOVED = 4003;
export const CLOSE_CONNECT_TIMEOUT = 4200;
export const CLOSE_EXPIRED = 4201;
export const CLOSE_REPLACED = 4202;
export const CLOSE_FAILED = 4203;
export const CLOSE_BUSY = 4204;
export const CLOSE_POLL_ORDER = 4205;
export const CLOSE_CONNECT_FIRST = 4400;
export const CLOSE_UNAUTHORIZED = 4401;
export const CLOSE_TOKEN_EXPIRED = 4402;
export const CLOSE_KICKED = 4403;
export const CLOSE_REVOKED = 4404;

/** Close codes of RFC 6455 after which the client does not come back by itself. */
export const finalCloses: readonly number[] = [1002, 1003, 1007, 1008, 1009];

/** Names of the server's errors. */
export type ErrorName = keyof typeof ErrorCodes;
/** Names of the server's close codes. */
export type CloseName = keyof typeof CloseCodes;
/** Why a channel was not recovered. */
export type RecoveredReason = 'epoch_changed' | 'too_old' | 'ahead' | 'unknown' | 'not_authorised';
/** Why messages of a channel will not come. */
export type ResetReason = 'trimmed' | 'too_slow' | 'conflated' | 'epoch_changed' | 'bus';
/** Why a subscription ended. */
export type UnsubscribedReason = 'client' | 'server' | 'forbidden' | 'expired' | 'unavailable';
