import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

const EVIDENCE_MAX = 500;

export class FiguresAnswer {
  @ApiProperty({ example: 'EX18', description: '`ALL`, `SCA`, an exemption, `SINGLE_FACTOR`, or `NONE`: executed without any of them.' })
  path!: string;

  @ApiProperty()
  payments!: number;

  @ApiProperty({ example: '17500000.00' })
  value!: string;

  @ApiProperty({ example: '15750.00', description: 'Counted fraud: by execution or by registration date, whichever is worse.' })
  fraudValue!: string;

  @ApiProperty()
  fraudReports!: number;

  @ApiProperty({ type: String, nullable: true, example: '9' })
  rateBasisPoints!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '70.00' })
  average!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '12.135922…' })
  sharePercent!: string | null;
}

export class SectionAnswer {
  @ApiProperty({ enum: ['card', 'credit_transfer', 'direct_debit', 'unknown'] })
  instrument!: string;

  @ApiProperty()
  remote!: boolean;

  @ApiProperty({ type: FiguresAnswer })
  total!: FiguresAnswer;

  @ApiProperty({ type: [FiguresAnswer] })
  paths!: readonly FiguresAnswer[];
}

export class OutOfScopeAnswer {
  @ApiProperty()
  payments!: number;

  @ApiProperty()
  value!: string;
}

export class ReportAnswer {
  @ApiProperty({ example: '2026-Q3' })
  quarter!: string;

  @ApiProperty({ example: 'EUR' })
  currency!: string;

  @ApiProperty({ type: [SectionAnswer] })
  sections!: readonly SectionAnswer[];

  @ApiProperty({ type: OutOfScopeAnswer, description: 'In no figure above.' })
  outOfScope!: OutOfScopeAnswer;

  @ApiProperty({ description: 'Payments and reports in a currency of which no rate was known: in no sum.' })
  unconverted!: number;
}

export class RateAnswer {
  @ApiProperty({ example: '2026-Q3' })
  quarter!: string;

  @ApiProperty()
  fraudValue!: string;

  @ApiProperty()
  totalValue!: string;

  @ApiProperty({ type: String, nullable: true })
  rateBasisPoints!: string | null;
}

export class BandAnswer {
  @ApiProperty({ example: '250.00' })
  upTo!: string;

  @ApiProperty({ enum: ['NOT_QUALIFIED', 'ACTIVE', 'WARNED', 'CEASED', 'RECOVERABLE'] })
  state!: string;

  @ApiProperty({ example: '6' })
  referenceBasisPoints!: string;

  @ApiProperty({ type: String, nullable: true, example: '54.878048…', description: 'Of the reference, on the quarter that runs.' })
  usedPercent!: string | null;

  @ApiProperty({ example: '22200.00', description: 'How much more fraud the quarter bears; negative where the reference is passed.' })
  headroom!: string;

  @ApiProperty()
  within!: boolean;

  @ApiProperty({ description: 'From 80 % of the reference on.' })
  warning!: boolean;
}

export class InstrumentBandsAnswer {
  @ApiProperty({ enum: ['card', 'credit_transfer'] })
  instrument!: string;

  @ApiProperty()
  currency!: string;

  @ApiProperty({ type: RateAnswer, nullable: true, description: 'The last closed quarter: what risk analysis stands on.' })
  closed!: RateAnswer | null;

  @ApiProperty({ type: RateAnswer })
  running!: RateAnswer;

  @ApiProperty({ type: [BandAnswer] })
  bands!: readonly BandAnswer[];
}

export class BandsAnswer {
  @ApiProperty({ type: [InstrumentBandsAnswer] })
  instruments!: readonly InstrumentBandsAnswer[];
}

export class NotificationBody {
  @ApiProperty({ example: 'Letter of 20 April 2026, file 17/2026', description: 'Where notification and evidence lie. Kept for ever.' })
  @IsString()
  @Length(1, EVIDENCE_MAX)
  evidence!: string;
}

export class NotificationAnswer {
  @ApiProperty({ enum: ['ACTIVE'] })
  state!: string;
}
