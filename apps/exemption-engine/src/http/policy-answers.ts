import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Length, Min } from 'class-validator';

const REASON_MAX = 500;

export class PolicyChangeBody {
  @ApiProperty({ example: 'Board decision of 3 November: risk analysis up to EUR 250', description: 'Why; kept for ever, so it names no payer.' })
  @IsString()
  @Length(1, REASON_MAX)
  reason!: string;
}

export class PolicyRollbackBody extends PolicyChangeBody {
  @ApiPropertyOptional({ description: 'A version that has held before. Left out: the one that held before the last change.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  toVersion?: number;
}

export class PolicyChangeAnswer {
  @ApiProperty()
  version!: number;

  @ApiProperty({ description: 'The version that held before, and for a draft the one that still holds.' })
  previousVersion!: number;
}

export class PolicyVersionAnswer {
  @ApiProperty()
  version!: number;

  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 (hex) of the RFC 8785 form. Null for the version that comes with the engine.' })
  bodyHash!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Id of the API key that wrote it.' })
  createdBy!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  createdAt!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'Null for a draft.' })
  publishedAt!: string | null;

  @ApiProperty({ description: 'Whether it holds now.' })
  current!: boolean;
}

export class PolicyVersionsAnswer {
  @ApiProperty({ type: [PolicyVersionAnswer] })
  versions!: readonly PolicyVersionAnswer[];
}
