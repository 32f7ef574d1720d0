export const WELCOME = `Welcome to Longhaul.

Longhaul creates this and the other sample files on the first start.
Request several of them at once to get one archive:

  POST /v1/download/initiate   {"fileIds": [70000, 70002, 70008]}

Stop the service during a build and start it again: the job continues.
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
