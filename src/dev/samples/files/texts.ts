export const WELCOME = `Welcome to Longhaul.

This file and its neighbours were made on the first start, so that there is something to download.
Ask for several of them at once and you get one archive:

  POST /v1/download/initiate   {"fileIds": [70000, 70002, 70008]}

Stop the service while the archive is being built, start it again, and the job goes on.
`;

export const ORDER = `${JSON.stringify(
  {
    order: 'A-2026-0621',
    customer: { name: 'Zoë Ångström', city: 'Göteborg' },
    items: [
      { article: 'Oilskin jacket', quantity: 1, price: '189.00' },
      { article: 'Thermos, 1 l', quantity: 2, price: '34.50' },
    ],
    currency: 'EUR',
    paid: true,
  },
  null,
  2,
)}\n`;

export const LAUNCH_NOTES = `# 🚀 Launch notes

- [x] Archive builds survive a restart
- [x] Names with emoji arrive intact 🎉
- [ ] Cake
`;

export const INVOICE_JA = `請求書

発行日: 2026年6月21日
品目: 防水ジャケット 1着
合計: 28,000円(税込)

お支払いありがとうございます。
`;

export const NORTH_REPORT = 'Report of the northern branch: 412 visitors, no incidents.\n';
export const SOUTH_REPORT = 'Report of the southern branch: 287 visitors, one broken window.\n';
