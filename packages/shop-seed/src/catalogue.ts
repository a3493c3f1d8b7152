/** What the shop sells: the data that `product.ts` draws from. Prices, weights and lengths are ranges of a kind. */
export interface CategoryFacts {
  readonly slug: string;
  readonly name: string;
  /** The first letters of its products' SKUs. */
  readonly prefix: string;
}

export interface Kind {
  readonly name: string;
  readonly euros: readonly [number, number];
  readonly grams: readonly [number, number];
  readonly millimetres: readonly [number, number];
  /** Smallest first; a kind without sizes comes in finishes. */
  readonly sizes?: readonly string[];
}

export const categories: readonly CategoryFacts[] = [
  { slug: 'kitchen', name: 'Kitchen', prefix: 'KIT' },
  { slug: 'tableware', name: 'Tableware', prefix: 'TAB' },
  { slug: 'bedding', name: 'Bedding', prefix: 'BED' },
  { slug: 'bath', name: 'Bath', prefix: 'BAT' },
  { slug: 'lighting', name: 'Lighting', prefix: 'LIG' },
  { slug: 'furniture', name: 'Furniture', prefix: 'FUR' },
  { slug: 'garden', name: 'Garden', prefix: 'GAR' },
  { slug: 'stationery', name: 'Stationery', prefix: 'STA' },
  { slug: 'outdoor', name: 'Outdoor', prefix: 'OUT' },
  { slug: 'toys', name: 'Toys', prefix: 'TOY' },
  { slug: 'tools', name: 'Tools', prefix: 'TOO' },
  { slug: 'bags', name: 'Bags', prefix: 'BAG' },
];

export const kinds: Readonly<Record<string, readonly Kind[]>> = {
  kitchen: [
    sized('cast-iron skillet', [32, 79], [1400, 3600], [330, 520], ['20 cm', '24 cm', '28 cm']),
    sized('saucepan', [28, 96], [600, 1900], [280, 480], ['1 l', '2 l', '3 l']),
    sized('enamel kettle', [35, 68], [900, 1500], [220, 270], ['1.2 l', '2 l']),
    sized('chopping board', [18, 64], [500, 2800], [250, 500], ['small', 'medium', 'large']),
    plain('bread knife', [24, 89], [140, 230], [330, 370]),
    plain('pepper mill', [22, 58], [250, 480], [150, 240]),
    plain('kitchen scales', [25, 59], [450, 900], [190, 240]),
  ],
  tableware: [
    plain('dinner plate', [12, 34], [480, 820], [260, 290]),
    plain('soup bowl', [11, 29], [320, 560], [160, 200]),
    plain('coffee mug', [9, 26], [260, 420], [110, 140]),
    plain('water glass set of four', [18, 44], [900, 1400], [190, 230]),
    sized('serving dish', [28, 74], [800, 2200], [260, 440], ['small', 'medium', 'large']),
    sized('cutlery set', [49, 189], [900, 3200], [250, 400], ['16 pieces', '24 pieces', '32 pieces']),
    plain('milk jug', [14, 36], [300, 560], [120, 170]),
  ],
  bedding: [
    sized('linen duvet cover', [89, 219], [1200, 2600], [350, 450], ['single', 'double', 'king']),
    sized('percale fitted sheet', [34, 86], [600, 1300], [300, 380], ['single', 'double', 'king']),
    sized(
      'wool blanket',
      [79, 198],
      [1100, 2400],
      [400, 520],
      ['130 × 180 cm', '150 × 210 cm', '200 × 220 cm'],
    ),
    plain('pillowcase pair', [24, 58], [250, 420], [260, 330]),
    plain('feather pillow', [29, 89], [700, 1300], [500, 800]),
    sized('quilted bedspread', [95, 240], [1800, 3900], [450, 600], ['single', 'double', 'king']),
  ],
  bath: [
    sized('terry towel', [12, 49], [180, 900], [280, 420], ['hand', 'bath', 'sheet']),
    plain('bath mat', [22, 54], [600, 1200], [380, 460]),
    plain('soap dish', [9, 28], [150, 380], [110, 150]),
    plain('waffle bathrobe', [59, 129], [800, 1400], [350, 430]),
    plain('laundry basket', [39, 98], [1200, 2800], [480, 640]),
    plain('shaving mirror', [34, 84], [700, 1500], [200, 320]),
  ],
  lighting: [
    plain('desk lamp', [49, 169], [1200, 2900], [420, 620]),
    plain('pendant lamp', [69, 249], [900, 3200], [280, 500]),
    plain('floor lamp', [119, 349], [3800, 8200], [1400, 1700]),
    plain('bedside lamp', [39, 119], [700, 1600], [240, 380]),
    plain('clip-on reading light', [19, 45], [180, 340], [220, 320]),
    sized('paper lampshade', [24, 74], [200, 600], [300, 600], ['30 cm', '45 cm', '60 cm']),
  ],
  furniture: [
    plain('oak stool', [79, 189], [3200, 5200], [420, 480]),
    plain('lounge chair', [289, 890], [9000, 18000], [780, 900]),
    sized(
      'bookshelf',
      [149, 489],
      [14000, 38000],
      [900, 2000],
      ['three shelves', 'four shelves', 'six shelves'],
    ),
    plain('side table', [69, 229], [3500, 8000], [400, 560]),
    plain('coat rack', [49, 149], [2500, 6200], [900, 1800]),
    sized('dining table', [390, 1190], [28000, 62000], [1400, 2200], ['for four', 'for six', 'for eight']),
  ],
  garden: [
    sized('terracotta pot', [9, 48], [700, 6500], [140, 420], ['14 cm', '24 cm', '40 cm']),
    plain('hand trowel', [14, 36], [220, 380], [290, 330]),
    sized('watering can', [24, 68], [500, 1600], [320, 520], ['2 l', '5 l', '9 l']),
    plain('pruning shears', [22, 74], [200, 310], [200, 230]),
    plain('garden bench', [189, 490], [16000, 29000], [1200, 1600]),
    plain('bird feeder', [19, 52], [450, 1200], [220, 340]),
    plain('wildflower seed mix', [5, 14], [40, 120], [140, 180]),
  ],
  stationery: [
    plain('dotted notebook', [9, 24], [220, 420], [210, 250]),
    plain('fountain pen', [24, 148], [18, 45], [130, 145]),
    plain('pencil set of twelve', [12, 32], [90, 160], [180, 200]),
    plain('desk calendar', [12, 28], [250, 450], [200, 260]),
    plain('letter paper set', [14, 34], [300, 520], [210, 240]),
    sized('document box', [16, 42], [500, 1400], [240, 380], ['A5', 'A4', 'A3']),
  ],
  outdoor: [
    sized('two-season sleeping bag', [89, 229], [1100, 1900], [380, 460], ['short', 'regular', 'long']),
    sized('tent', [179, 590], [2200, 5400], [420, 620], ['for one', 'for two', 'for four']),
    sized('vacuum flask', [22, 49], [300, 650], [220, 320], ['0.5 l', '0.75 l', '1 l']),
    plain('head torch', [24, 79], [80, 160], [60, 90]),
    plain('camping stove', [34, 118], [180, 900], [120, 320]),
    plain('trekking pole pair', [49, 149], [380, 560], [580, 680]),
  ],
  toys: [
    plain('wooden train', [24, 68], [500, 1300], [240, 420]),
    sized('building block set', [24, 89], [800, 3200], [260, 420], ['40 pieces', '80 pieces', '120 pieces']),
    plain('plush bear', [16, 46], [180, 520], [240, 420]),
    sized('jigsaw puzzle', [12, 34], [350, 1100], [250, 380], ['100 pieces', '500 pieces', '1,000 pieces']),
    plain('pull-along duck', [18, 38], [300, 560], [160, 220]),
    plain('marble run', [34, 98], [1400, 3400], [360, 520]),
  ],
  tools: [
    sized('claw hammer', [19, 54], [350, 900], [280, 350], ['300 g', '450 g', '600 g']),
    sized('screwdriver set', [18, 74], [400, 1400], [220, 340], ['four pieces', 'six pieces', 'ten pieces']),
    plain('Japanese pull saw', [29, 84], [220, 420], [520, 640]),
    plain('cordless drill', [89, 269], [1100, 1900], [180, 240]),
    sized('spirit level', [14, 58], [200, 1100], [250, 1200], ['25 cm', '60 cm', '120 cm']),
    plain('tool roll', [34, 88], [350, 700], [340, 420]),
  ],
  bags: [
    sized('canvas backpack', [69, 169], [700, 1500], [400, 560], ['14 l', '20 l', '28 l']),
    plain('tote bag', [19, 58], [180, 480], [360, 440]),
    plain('leather wallet', [34, 98], [60, 120], [95, 120]),
    plain('toilet bag', [24, 64], [150, 320], [220, 280]),
    sized('weekend bag', [98, 289], [1100, 2300], [460, 600], ['30 l', '40 l', '55 l']),
    plain('laptop sleeve', [29, 79], [180, 380], [320, 410]),
  ],
};

export const brands: Readonly<Record<string, readonly string[]>> = {
  kitchen: ['Hearthstone', 'Gusseisen & Sohn', 'Petit Fourneau', 'Morra'],
  tableware: ['Lagom Keramik', 'Vidraria do Norte', 'Ashdown Pottery', 'Morra'],
  bedding: ['Weft & Warp', 'Lin de Flandre', 'Northfold', 'Dunmore Mills'],
  bath: ['Northfold', 'Saltbath', 'Aveiro Têxtil', 'Bergquell'],
  lighting: ['Lumenhaus', 'Atelier Clair', 'Nordlys', 'Fabbrica Luce'],
  furniture: ['Eikenhout', 'Sundsvall Möbler', 'Carpenter & Rye', 'Formwerk'],
  garden: ['Green Acre', 'Terra Umbra', 'Gartenfreund', 'Hollis & Reed'],
  stationery: ['Papeterie Lune', 'Bleistift & Co', 'Foliant', 'Inkwell Lane'],
  outdoor: ['Fjellvei', 'Ridgeline', 'Alpstein', 'Campo Base'],
  toys: ['Holzwurm', 'Little Fjord', 'Bricabrac', 'Kind & Kegel'],
  tools: ['Stahlberg', 'Ironbridge', 'Kanazawa Works', 'Handfast'],
  bags: ['Selvage & Co', 'Cuoio Vero', 'Wayfarer', 'Tracolla'],
};

/** The line that a product belongs to; a name of its own, since products of different brands share none. */
export const series: readonly string[] = [
  'Alder', 'Birk', 'Calder', 'Dale', 'Eira', 'Fenn', 'Galen', 'Hollis', 'Isla', 'Juno', 'Kestrel', 'Linnea', 'Marlow',
  'Nesta', 'Orrin', 'Perla', 'Quill', 'Rowan', 'Sanna', 'Tarn', 'Una', 'Vesper', 'Wren', 'Yarrow', 'Zephyr', 'Aster',
  'Brae', 'Cove', 'Drift', 'Elm', 'Fjord', 'Glade', 'Heath', 'Ivo', 'Lark', 'Moss', 'Nora', 'Otis', 'Piper', 'Reed',
]; // prettier-ignore

export const finishes: readonly string[] = [
  'natural', 'black', 'white', 'sand', 'moss green', 'ink blue', 'rust', 'grey', 'ochre', 'clay',
]; // prettier-ignore

type Range = readonly [number, number];

function plain(name: string, euros: Range, grams: Range, millimetres: Range): Kind {
  return { name, euros, grams, millimetres };
}

function sized(name: string, euros: Range, grams: Range, millimetres: Range, sizes: readonly string[]): Kind {
  return { name, euros, grams, millimetres, sizes };
}
