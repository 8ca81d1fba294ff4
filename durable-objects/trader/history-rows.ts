/** Rows of the copy in D1, as outbox rows carry them. Apart from what writes them, so that the desk needs no D1. */

/** What one outbox row carries. */
export type HistoryRows = {
  readonly events: readonly HistoryEvent[];
  readonly orders: readonly HistoryOrder[];
  readonly fills: readonly HistoryFill[];
  readonly equity: readonly EquityRow[];
};

export type HistoryEvent = {
  readonly accountId: string;
  readonly epoch: string;
  readonly seq: number;
  readonly time: number;
  readonly type: string;
  readonly data: unknown;
};

export type HistoryOrder = {
  readonly id: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly side: string;
  readonly status: string;
  readonly createdAt: number;
  readonly epoch: string;
  readonly seq: number;
  readonly view: unknown;
};

export type HistoryFill = {
  readonly id: string;
  readonly accountId: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly time: number;
  readonly epoch: string;
  readonly seq: number;
  readonly view: unknown;
};

export type EquityRow = {
  readonly accountId: string;
  readonly time: number;
  readonly equity: string;
  readonly cash: string;
};
