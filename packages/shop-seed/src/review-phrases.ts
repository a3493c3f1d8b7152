/** The sentences that reviews are put together from: by rating, and by what can be good or bad about a kind of thing. */
import type { Rating } from './review.js';

export const titles: Readonly<Record<Rating, readonly string[]>> = {
  1: ['Do not bother', 'Sent it straight back', 'Very disappointed', 'Broken within a week'],
  2: ['Not what I hoped for', 'Expected more', 'Looks better in the picture', 'Below average'],
  3: ['Decent, with a catch', 'All right for the price', 'Does the job', 'Mixed feelings'],
  4: ['Very good', 'Nearly perfect', 'Happy with it', 'Good value', 'Would buy again'],
  5: ['Wonderful', 'Worth every cent', 'Exactly right', 'A favourite already', 'Better than expected'],
};

export const openings: Readonly<Record<Rating, readonly string[]>> = {
  1: [
    'I regret buying this {kind}.',
    'This {kind} did not survive its first week.',
    'Never again a {kind} like this.',
  ],
  2: [
    'I wanted to like this {kind}.',
    'The {kind} looks fine at first.',
    'Not the {kind} I hoped it would be.',
  ],
  3: [
    'A reasonable {kind} with a weakness.',
    'The {kind} is all right.',
    'This {kind} does what it should, mostly.',
  ],
  4: [
    'A very good {kind}.',
    'I have used this {kind} for some weeks and like it.',
    'The {kind} arrived quickly and well packed.',
  ],
  5: [
    'The best {kind} I have owned.',
    'I love this {kind}.',
    'Bought the {kind} as a present and now want one myself.',
    'This {kind} is a joy every day.',
  ],
};

export const closings: Readonly<Record<Rating, readonly string[]>> = {
  1: ['I asked for my money back.', 'Save yourself the trouble.', 'One star because none is not possible.'],
  2: [
    'For less money I would have understood.',
    'I will look for another one.',
    'Keeping it only because returning is tedious.',
  ],
  3: ['At a discount I would recommend it.', 'Fine for a guest, not for every day.', 'I will keep it.'],
  4: ['One small scratch on arrival, otherwise five stars.', 'I would buy it again.', 'Recommended.'],
  5: [
    'Already ordered a second one.',
    'Cannot recommend it enough.',
    'Friends keep asking where it is from.',
  ],
};

export const praises: Readonly<Record<string, readonly string[]>> = {
  kitchen: [
    'It heats evenly and cleans up in a minute.',
    'It sits well in the hand and feels made to last.',
    'It has replaced three things in my drawer.',
  ],
  tableware: [
    'The glaze is even and the weight is just right.',
    'It goes through the dishwasher without a trace.',
    'It makes a weekday supper look like a dinner party.',
  ],
  bedding: [
    'It gets softer with every wash.',
    'It is warm without being heavy.',
    'The stitching is neat right into the corners.',
  ],
  bath: [
    'It soaks up water at once and dries quickly.',
    'The colour stayed after a dozen washes.',
    'It makes the bathroom feel like a hotel.',
  ],
  lighting: [
    'The light is warm and does not flicker.',
    'The switch has a lovely soft click.',
    'It throws just enough light for the whole table.',
  ],
  furniture: [
    'It was put together in twenty minutes and stands firmly.',
    'The grain of the wood is beautiful.',
    'It fits the corner as if made for it.',
  ],
  garden: [
    'It has been outside all winter and looks like new.',
    'It is light to carry and pours where it should.',
    'Even the roses seem to approve.',
  ],
  stationery: [
    'The ink does not bleed through.',
    'The paper takes every pen I own.',
    'It lies flat when open, which so few do.',
  ],
  outdoor: [
    'It kept dry through two nights of rain.',
    'It packs down to almost nothing.',
    'It stood up to a week in the mountains.',
  ],
  toys: [
    'My daughter has not put it down since.',
    'The edges are smooth and the paint does not chip.',
    'Three children fight over it, which says it all.',
  ],
  tools: [
    'It is balanced and takes the strain off the wrist.',
    'It held its edge through a whole renovation.',
    'It feels like the one my grandfather had.',
  ],
  bags: [
    'The zips run smoothly and the seams are doubled.',
    'It holds more than it looks.',
    'The strap does not cut into the shoulder.',
  ],
};

export const complaints: Readonly<Record<string, readonly string[]>> = {
  kitchen: [
    'The handle gets hot and came loose.',
    'Everything sticks to it.',
    'It is heavier than it should be.',
  ],
  tableware: [
    'The rim chipped the second time it was used.',
    'The colour is duller than in the picture.',
    'No two of them are the same size.',
  ],
  bedding: [
    'It shrank in the first wash.',
    'A seam opened after a week.',
    'It feels rougher than described.',
  ],
  bath: ['It sheds fluff on everything.', 'It began to rust after a month.', 'It takes two days to dry.'],
  lighting: [
    'It hums when it is dimmed.',
    'The cable is far too short.',
    'The base is too light and it tips over.',
  ],
  furniture: [
    'One leg is shorter than the others.',
    'Two screws were missing.',
    'The varnish came scratched.',
  ],
  garden: ['It cracked in the first frost.', 'It drips from the joint.', 'It rusted within one season.'],
  stationery: [
    'The pages come loose at the spine.',
    'It scratches and skips.',
    'The box arrived with bent corners.',
  ],
  outdoor: [
    'The seam let water in.',
    'The buckle broke on the first evening.',
    'It does not fit back into its own sack.',
  ],
  toys: ['The paint came off in a day.', 'One piece was missing.', 'It smells of glue.'],
  tools: [
    'The grip turned loose.',
    'It went blunt after one afternoon.',
    'It is not quite true, which is the whole point of it.',
  ],
  bags: [
    'The zip jams half-way.',
    'The lining tore in the first week.',
    'The colour rubs off on light clothes.',
  ],
};
